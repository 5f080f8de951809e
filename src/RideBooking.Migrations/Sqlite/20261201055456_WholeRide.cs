using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace RideBooking.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class WholeRide : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_rides_rides_active_rider_id",
                table: "rides_rides");


            migrationBuilder.DropIndex(
                name: "ix_drivers_driver_positions_lat_lng",
                table: "drivers_driver_positions");

            migrationBuilder.AddColumn<int>(
                name: "destination_changes",
                table: "rides_rides",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<string>(
                name: "overdue_at",
                table: "rides_rides",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<Guid>(
                name: "overdue_token_id",
                table: "rides_rides",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "pickup_at",
                table: "rides_rides",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "rider_rated_at",
                table: "rides_rides",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "rider_rating_comment",
                table: "rides_rides",
                type: "TEXT",
                maxLength: 1000,
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "rider_stars",
                table: "rides_rides",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "search_at",
                table: "rides_rides",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<Guid>(
                name: "search_start_token_id",
                table: "rides_rides",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "stops",
                table: "rides_rides",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "trip_seconds",
                table: "rides_rides",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "wrong_pins",
                table: "rides_rides",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<string>(
                name: "kind",
                table: "payments_sandbox_ledger",
                type: "TEXT",
                maxLength: 16,
                nullable: false,
                defaultValue: "charge");

            migrationBuilder.AddColumn<int>(
                name: "authorization_number",
                table: "payments_payments",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<string>(
                name: "authorization_state",
                table: "payments_payments",
                type: "TEXT",
                maxLength: 16,
                nullable: true);

            migrationBuilder.AddColumn<decimal>(
                name: "expected_fare_amount",
                table: "payments_payments",
                type: "TEXT",
                precision: 18,
                scale: 4,
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "expected_fare_currency",
                table: "payments_payments",
                type: "TEXT",
                maxLength: 3,
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "failure_kind",
                table: "payments_payments",
                type: "TEXT",
                maxLength: 16,
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "outage_since",
                table: "payments_payments",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "outages",
                table: "payments_payments",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<Guid>(
                name: "refund_retry_token_id",
                table: "payments_payments",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "refunds",
                table: "payments_payments",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "authorization_number",
                table: "payments_charges",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "data",
                table: "notifications_notifications",
                type: "TEXT",
                maxLength: 20000,
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "template",
                table: "notifications_notifications",
                type: "TEXT",
                maxLength: 64,
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "destination_change",
                table: "matching_searches",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<string>(
                name: "stops",
                table: "matching_searches",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "cools_down_until",
                table: "matching_candidates",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "declines",
                table: "matching_candidates",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<string>(
                name: "declines_since",
                table: "matching_candidates",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "idle_since",
                table: "matching_candidates",
                type: "TEXT",
                nullable: true);



            migrationBuilder.AddColumn<long>(
                name: "cell",
                table: "drivers_driver_positions",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<string>(
                name: "city",
                table: "billing_invoices",
                type: "TEXT",
                maxLength: 20,
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "refunds",
                table: "billing_invoices",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "rules",
                table: "billing_invoices",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<string>(
                name: "cancelled_at_stage",
                table: "analytics_ride_facts",
                type: "TEXT",
                maxLength: 20,
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "city",
                table: "analytics_ride_facts",
                type: "TEXT",
                maxLength: 64,
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "first_assigned_at",
                table: "analytics_ride_facts",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "last_assigned_at",
                table: "analytics_ride_facts",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "match_seconds",
                table: "analytics_ride_facts",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "pickup_seconds",
                table: "analytics_ride_facts",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<decimal>(
                name: "refunded_amount",
                table: "analytics_ride_facts",
                type: "TEXT",
                precision: 18,
                scale: 4,
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "refunded_currency",
                table: "analytics_ride_facts",
                type: "TEXT",
                maxLength: 3,
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "vehicle_class",
                table: "analytics_ride_facts",
                type: "TEXT",
                maxLength: 64,
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "accepted_at",
                table: "analytics_offer_facts",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "released_at",
                table: "analytics_offer_facts",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "vehicle_class",
                table: "analytics_offer_facts",
                type: "TEXT",
                maxLength: 64,
                nullable: true);

            // EF Core would rebuild the table outside of the transaction. No other table refers to this one.
            migrationBuilder.Sql(
                """
                ALTER TABLE "drivers_earnings" RENAME TO "drivers_earnings_before";
                CREATE TABLE "drivers_earnings" (
                    "generation" INTEGER NOT NULL,
                    "ride_id" TEXT NOT NULL,
                    "correction" INTEGER NOT NULL,
                    "driver_id" TEXT NOT NULL,
                    "cancelled" INTEGER NOT NULL,
                    "city" TEXT NULL,
                    "at" TEXT NOT NULL,
                    "earned_amount" TEXT NOT NULL,
                    "earned_currency" TEXT NOT NULL,
                    "fare_amount" TEXT NOT NULL,
                    "fare_currency" TEXT NOT NULL,
                    "tolls_amount" TEXT NOT NULL,
                    "tolls_currency" TEXT NOT NULL,
                    CONSTRAINT "pk_drivers_earnings" PRIMARY KEY ("generation", "ride_id", "correction")
                );
                INSERT INTO "drivers_earnings"
                    SELECT "generation", "ride_id", 0, "driver_id", "cancelled", NULL, "at", "earned_amount", "earned_currency",
                        "fare_amount", "fare_currency", "tolls_amount", "tolls_currency"
                    FROM "drivers_earnings_before";
                DROP TABLE "drivers_earnings_before";
                CREATE INDEX "ix_drivers_earnings_generation_driver_id_at" ON "drivers_earnings" ("generation", "driver_id", "at");
                """
            );

            migrationBuilder.CreateTable(
                name: "analytics_shift_facts",
                columns: table => new
                {
                    generation = table.Column<int>(type: "INTEGER", nullable: false),
                    shift_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    driver_id = table.Column<string>(type: "TEXT", maxLength: 255, nullable: false),
                    online_at = table.Column<string>(type: "TEXT", nullable: true),
                    offline_at = table.Column<string>(type: "TEXT", nullable: true),
                    vehicle_class = table.Column<string>(type: "TEXT", maxLength: 64, nullable: true),
                    lat = table.Column<double>(type: "REAL", nullable: true),
                    lng = table.Column<double>(type: "REAL", nullable: true),
                    version = table.Column<int>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_analytics_shift_facts", x => new { x.generation, x.shift_id });
                });

            migrationBuilder.CreateTable(
                name: "drivers_driver_ratings",
                columns: table => new
                {
                    generation = table.Column<int>(type: "INTEGER", nullable: false),
                    driver_id = table.Column<string>(type: "TEXT", maxLength: 255, nullable: false),
                    stars = table.Column<int>(type: "INTEGER", nullable: false),
                    ratings = table.Column<int>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_drivers_driver_ratings", x => new { x.generation, x.driver_id });
                });

            migrationBuilder.CreateTable(
                name: "drivers_ride_destinations",
                columns: table => new
                {
                    ride_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    number = table.Column<int>(type: "INTEGER", nullable: false),
                    stops = table.Column<string>(type: "TEXT", nullable: true),
                    dropoff_address = table.Column<string>(type: "TEXT", maxLength: 500, nullable: true),
                    dropoff_lat = table.Column<double>(type: "REAL", nullable: false),
                    dropoff_lng = table.Column<double>(type: "REAL", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_drivers_ride_destinations", x => x.ride_id);
                });

            migrationBuilder.CreateTable(
                name: "drivers_started_rides",
                columns: table => new
                {
                    ride_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    at = table.Column<string>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_drivers_started_rides", x => x.ride_id);
                });

            migrationBuilder.CreateTable(
                name: "matching_last_batch",
                columns: table => new
                {
                    id = table.Column<int>(type: "INTEGER", nullable: false),
                    window = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_matching_last_batch", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "matching_match_attempts",
                columns: table => new
                {
                    ride_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    id = table.Column<Guid>(type: "TEXT", nullable: false),
                    number = table.Column<int>(type: "INTEGER", nullable: false),
                    at = table.Column<string>(type: "TEXT", nullable: false),
                    trigger = table.Column<string>(type: "TEXT", maxLength: 16, nullable: false),
                    radius_meters = table.Column<double>(type: "REAL", nullable: false),
                    offer_id = table.Column<Guid>(type: "TEXT", nullable: true),
                    candidates = table.Column<string>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_matching_match_attempts", x => new { x.ride_id, x.id });
                });

            migrationBuilder.CreateTable(
                name: "notifications_contacts",
                columns: table => new
                {
                    rider_id = table.Column<string>(type: "TEXT", maxLength: 255, nullable: false),
                    email = table.Column<string>(type: "TEXT", maxLength: 254, nullable: true),
                    language = table.Column<string>(type: "TEXT", maxLength: 8, nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_notifications_contacts", x => x.rider_id);
                });

            migrationBuilder.CreateTable(
                name: "notifications_deliveries",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "TEXT", nullable: false),
                    event_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    event_type = table.Column<string>(type: "TEXT", maxLength: 100, nullable: false),
                    position = table.Column<long>(type: "INTEGER", nullable: false),
                    stream_id = table.Column<string>(type: "TEXT", maxLength: 255, nullable: false),
                    channel = table.Column<string>(type: "TEXT", maxLength: 10, nullable: false),
                    recipient = table.Column<string>(type: "TEXT", maxLength: 255, nullable: false),
                    created_at = table.Column<string>(type: "TEXT", nullable: false),
                    status = table.Column<string>(type: "TEXT", maxLength: 16, nullable: false),
                    attempts = table.Column<int>(type: "INTEGER", nullable: false),
                    next_attempt_at = table.Column<string>(type: "TEXT", nullable: false),
                    last_error = table.Column<string>(type: "TEXT", maxLength: 300, nullable: true),
                    finished_at = table.Column<string>(type: "TEXT", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_notifications_deliveries", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "notifications_delivery_checkpoint",
                columns: table => new
                {
                    id = table.Column<int>(type: "INTEGER", nullable: false),
                    position = table.Column<long>(type: "INTEGER", nullable: false),
                    owner = table.Column<string>(type: "TEXT", maxLength: 64, nullable: false),
                    leased_until = table.Column<string>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_notifications_delivery_checkpoint", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "notifications_partners",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "TEXT", nullable: false),
                    name = table.Column<string>(type: "TEXT", maxLength: 100, nullable: false),
                    url = table.Column<string>(type: "TEXT", maxLength: 2000, nullable: false),
                    event_types = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: false),
                    secret = table.Column<byte[]>(type: "BLOB", maxLength: 60, nullable: false),
                    from_position = table.Column<long>(type: "INTEGER", nullable: false),
                    created_at = table.Column<string>(type: "TEXT", nullable: false),
                    disabled_at = table.Column<string>(type: "TEXT", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_notifications_partners", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "payments_authorizations",
                columns: table => new
                {
                    ride_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    number = table.Column<int>(type: "INTEGER", nullable: false),
                    token = table.Column<string>(type: "TEXT", maxLength: 100, nullable: false),
                    at = table.Column<string>(type: "TEXT", nullable: false),
                    amount_amount = table.Column<decimal>(type: "TEXT", precision: 18, scale: 4, nullable: false),
                    amount_currency = table.Column<string>(type: "TEXT", maxLength: 3, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_payments_authorizations", x => new { x.ride_id, x.number });
                });

            migrationBuilder.CreateTable(
                name: "rides_rider_ratings",
                columns: table => new
                {
                    generation = table.Column<int>(type: "INTEGER", nullable: false),
                    rider_id = table.Column<string>(type: "TEXT", maxLength: 255, nullable: false),
                    stars = table.Column<int>(type: "INTEGER", nullable: false),
                    ratings = table.Column<int>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_rides_rider_ratings", x => new { x.generation, x.rider_id });
                });

            migrationBuilder.InsertData(
                table: "matching_last_batch",
                columns: new[] { "id", "window" },
                values: new object[] { 1, 0L });

            migrationBuilder.CreateIndex(
                name: "ix_rides_rides_active_rider_id",
                table: "rides_rides",
                column: "active_rider_id",
                unique: true,
                filter: "active_rider_id IS NOT NULL AND pickup_at IS NULL");

            migrationBuilder.CreateIndex(
                name: "ix_rides_rides_active_rider_id_id",
                table: "rides_rides",
                columns: new[] { "active_rider_id", "id" },
                filter: "active_rider_id IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_payments_payments_authorization_state_changed_at",
                table: "payments_payments",
                columns: new[] { "authorization_state", "changed_at" },
                filter: "authorization_state = 'voiding'");

            migrationBuilder.CreateIndex(
                name: "ix_operations_operator_actions_ride_id",
                table: "operations_operator_actions",
                column: "ride_id");

            migrationBuilder.CreateIndex(
                name: "ix_matching_offers_driver_id_offered_at",
                table: "matching_offers",
                columns: new[] { "driver_id", "offered_at" });

            migrationBuilder.CreateIndex(
                name: "ix_drivers_profiles_online_since",
                table: "drivers_profiles",
                column: "online_since",
                filter: "online_since IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_drivers_driver_positions_cell",
                table: "drivers_driver_positions",
                column: "cell");

            migrationBuilder.CreateIndex(
                name: "ix_analytics_offer_facts_generation_accepted_at",
                table: "analytics_offer_facts",
                columns: new[] { "generation", "accepted_at" });

            migrationBuilder.CreateIndex(
                name: "ix_analytics_shift_facts_generation_offline_at",
                table: "analytics_shift_facts",
                columns: new[] { "generation", "offline_at" });

            migrationBuilder.CreateIndex(
                name: "ix_matching_match_attempts_at",
                table: "matching_match_attempts",
                column: "at");

            migrationBuilder.CreateIndex(
                name: "ix_notifications_deliveries_channel_created_at_id",
                table: "notifications_deliveries",
                columns: new[] { "channel", "created_at", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_notifications_deliveries_event_id_channel_recipient",
                table: "notifications_deliveries",
                columns: new[] { "event_id", "channel", "recipient" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_notifications_deliveries_finished_at",
                table: "notifications_deliveries",
                column: "finished_at");

            migrationBuilder.CreateIndex(
                name: "ix_notifications_deliveries_recipient_stream_id_position",
                table: "notifications_deliveries",
                columns: new[] { "recipient", "stream_id", "position" });

            migrationBuilder.CreateIndex(
                name: "ix_notifications_deliveries_status_next_attempt_at",
                table: "notifications_deliveries",
                columns: new[] { "status", "next_attempt_at" });

            migrationBuilder.CreateIndex(
                name: "ix_notifications_partners_created_at_id",
                table: "notifications_partners",
                columns: new[] { "created_at", "id" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "analytics_shift_facts");

            migrationBuilder.DropTable(
                name: "drivers_driver_ratings");

            migrationBuilder.DropTable(
                name: "drivers_ride_destinations");

            migrationBuilder.DropTable(
                name: "drivers_started_rides");

            migrationBuilder.DropTable(
                name: "matching_last_batch");

            migrationBuilder.DropTable(
                name: "matching_match_attempts");

            migrationBuilder.DropTable(
                name: "notifications_contacts");

            migrationBuilder.DropTable(
                name: "notifications_deliveries");

            migrationBuilder.DropTable(
                name: "notifications_delivery_checkpoint");

            migrationBuilder.DropTable(
                name: "notifications_partners");

            migrationBuilder.DropTable(
                name: "payments_authorizations");

            migrationBuilder.DropTable(
                name: "rides_rider_ratings");

            migrationBuilder.DropIndex(
                name: "ix_rides_rides_active_rider_id",
                table: "rides_rides");

            migrationBuilder.DropIndex(
                name: "ix_rides_rides_active_rider_id_id",
                table: "rides_rides");

            migrationBuilder.DropIndex(
                name: "ix_payments_payments_authorization_state_changed_at",
                table: "payments_payments");

            migrationBuilder.DropIndex(
                name: "ix_operations_operator_actions_ride_id",
                table: "operations_operator_actions");

            migrationBuilder.DropIndex(
                name: "ix_matching_offers_driver_id_offered_at",
                table: "matching_offers");

            migrationBuilder.DropIndex(
                name: "ix_drivers_profiles_online_since",
                table: "drivers_profiles");

            migrationBuilder.DropPrimaryKey(
                name: "pk_drivers_earnings",
                table: "drivers_earnings");

            migrationBuilder.DropIndex(
                name: "ix_drivers_driver_positions_cell",
                table: "drivers_driver_positions");

            migrationBuilder.DropIndex(
                name: "ix_analytics_offer_facts_generation_accepted_at",
                table: "analytics_offer_facts");

            migrationBuilder.DropColumn(
                name: "destination_changes",
                table: "rides_rides");

            migrationBuilder.DropColumn(
                name: "overdue_at",
                table: "rides_rides");

            migrationBuilder.DropColumn(
                name: "overdue_token_id",
                table: "rides_rides");

            migrationBuilder.DropColumn(
                name: "pickup_at",
                table: "rides_rides");

            migrationBuilder.DropColumn(
                name: "rider_rated_at",
                table: "rides_rides");

            migrationBuilder.DropColumn(
                name: "rider_rating_comment",
                table: "rides_rides");

            migrationBuilder.DropColumn(
                name: "rider_stars",
                table: "rides_rides");

            migrationBuilder.DropColumn(
                name: "search_at",
                table: "rides_rides");

            migrationBuilder.DropColumn(
                name: "search_start_token_id",
                table: "rides_rides");

            migrationBuilder.DropColumn(
                name: "stops",
                table: "rides_rides");

            migrationBuilder.DropColumn(
                name: "trip_seconds",
                table: "rides_rides");

            migrationBuilder.DropColumn(
                name: "wrong_pins",
                table: "rides_rides");

            migrationBuilder.DropColumn(
                name: "kind",
                table: "payments_sandbox_ledger");

            migrationBuilder.DropColumn(
                name: "authorization_number",
                table: "payments_payments");

            migrationBuilder.DropColumn(
                name: "authorization_state",
                table: "payments_payments");

            migrationBuilder.DropColumn(
                name: "expected_fare_amount",
                table: "payments_payments");

            migrationBuilder.DropColumn(
                name: "expected_fare_currency",
                table: "payments_payments");

            migrationBuilder.DropColumn(
                name: "failure_kind",
                table: "payments_payments");

            migrationBuilder.DropColumn(
                name: "outage_since",
                table: "payments_payments");

            migrationBuilder.DropColumn(
                name: "outages",
                table: "payments_payments");

            migrationBuilder.DropColumn(
                name: "refund_retry_token_id",
                table: "payments_payments");

            migrationBuilder.DropColumn(
                name: "refunds",
                table: "payments_payments");

            migrationBuilder.DropColumn(
                name: "authorization_number",
                table: "payments_charges");

            migrationBuilder.DropColumn(
                name: "data",
                table: "notifications_notifications");

            migrationBuilder.DropColumn(
                name: "template",
                table: "notifications_notifications");

            migrationBuilder.DropColumn(
                name: "destination_change",
                table: "matching_searches");

            migrationBuilder.DropColumn(
                name: "stops",
                table: "matching_searches");

            migrationBuilder.DropColumn(
                name: "cools_down_until",
                table: "matching_candidates");

            migrationBuilder.DropColumn(
                name: "declines",
                table: "matching_candidates");

            migrationBuilder.DropColumn(
                name: "declines_since",
                table: "matching_candidates");

            migrationBuilder.DropColumn(
                name: "idle_since",
                table: "matching_candidates");

            migrationBuilder.DropColumn(
                name: "correction",
                table: "drivers_earnings");

            migrationBuilder.DropColumn(
                name: "city",
                table: "drivers_earnings");

            migrationBuilder.DropColumn(
                name: "cell",
                table: "drivers_driver_positions");

            migrationBuilder.DropColumn(
                name: "city",
                table: "billing_invoices");

            migrationBuilder.DropColumn(
                name: "refunds",
                table: "billing_invoices");

            migrationBuilder.DropColumn(
                name: "rules",
                table: "billing_invoices");

            migrationBuilder.DropColumn(
                name: "cancelled_at_stage",
                table: "analytics_ride_facts");

            migrationBuilder.DropColumn(
                name: "city",
                table: "analytics_ride_facts");

            migrationBuilder.DropColumn(
                name: "first_assigned_at",
                table: "analytics_ride_facts");

            migrationBuilder.DropColumn(
                name: "last_assigned_at",
                table: "analytics_ride_facts");

            migrationBuilder.DropColumn(
                name: "match_seconds",
                table: "analytics_ride_facts");

            migrationBuilder.DropColumn(
                name: "pickup_seconds",
                table: "analytics_ride_facts");

            migrationBuilder.DropColumn(
                name: "refunded_amount",
                table: "analytics_ride_facts");

            migrationBuilder.DropColumn(
                name: "refunded_currency",
                table: "analytics_ride_facts");

            migrationBuilder.DropColumn(
                name: "vehicle_class",
                table: "analytics_ride_facts");

            migrationBuilder.DropColumn(
                name: "accepted_at",
                table: "analytics_offer_facts");

            migrationBuilder.DropColumn(
                name: "released_at",
                table: "analytics_offer_facts");

            migrationBuilder.DropColumn(
                name: "vehicle_class",
                table: "analytics_offer_facts");

            migrationBuilder.AddPrimaryKey(
                name: "pk_drivers_earnings",
                table: "drivers_earnings",
                columns: new[] { "generation", "ride_id" });

            migrationBuilder.CreateIndex(
                name: "ix_rides_rides_active_rider_id",
                table: "rides_rides",
                column: "active_rider_id",
                unique: true,
                filter: "active_rider_id IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_drivers_driver_positions_lat_lng",
                table: "drivers_driver_positions",
                columns: new[] { "lat", "lng" });
        }
    }
}
