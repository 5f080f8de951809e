using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace RideBooking.Migrations.Postgres
{
    /// <inheritdoc />
    public partial class WholeRide : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_rides_active_rider_id",
                schema: "rides",
                table: "rides");

            migrationBuilder.DropPrimaryKey(
                name: "pk_earnings",
                schema: "drivers",
                table: "earnings");

            migrationBuilder.DropIndex(
                name: "ix_driver_positions_lat_lng",
                schema: "drivers",
                table: "driver_positions");

            migrationBuilder.AddColumn<int>(
                name: "destination_change",
                schema: "matching",
                table: "searches",
                type: "integer",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<string>(
                name: "stops",
                schema: "matching",
                table: "searches",
                type: "text",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "kind",
                schema: "payments",
                table: "sandbox_ledger",
                type: "character varying(16)",
                maxLength: 16,
                nullable: false,
                defaultValue: "charge");

            migrationBuilder.AddColumn<int>(
                name: "destination_changes",
                schema: "rides",
                table: "rides",
                type: "integer",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "overdue_at",
                schema: "rides",
                table: "rides",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.AddColumn<Guid>(
                name: "overdue_token_id",
                schema: "rides",
                table: "rides",
                type: "uuid",
                nullable: true);

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "pickup_at",
                schema: "rides",
                table: "rides",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "rider_rated_at",
                schema: "rides",
                table: "rides",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "rider_rating_comment",
                schema: "rides",
                table: "rides",
                type: "character varying(1000)",
                maxLength: 1000,
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "rider_stars",
                schema: "rides",
                table: "rides",
                type: "integer",
                nullable: true);

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "search_at",
                schema: "rides",
                table: "rides",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.AddColumn<Guid>(
                name: "search_start_token_id",
                schema: "rides",
                table: "rides",
                type: "uuid",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "stops",
                schema: "rides",
                table: "rides",
                type: "text",
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "trip_seconds",
                schema: "rides",
                table: "rides",
                type: "integer",
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "wrong_pins",
                schema: "rides",
                table: "rides",
                type: "integer",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<string>(
                name: "cancelled_at_stage",
                schema: "analytics",
                table: "ride_facts",
                type: "character varying(20)",
                maxLength: 20,
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "city",
                schema: "analytics",
                table: "ride_facts",
                type: "character varying(64)",
                maxLength: 64,
                nullable: true);

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "first_assigned_at",
                schema: "analytics",
                table: "ride_facts",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "last_assigned_at",
                schema: "analytics",
                table: "ride_facts",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "match_seconds",
                schema: "analytics",
                table: "ride_facts",
                type: "integer",
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "pickup_seconds",
                schema: "analytics",
                table: "ride_facts",
                type: "integer",
                nullable: true);

            migrationBuilder.AddColumn<decimal>(
                name: "refunded_amount",
                schema: "analytics",
                table: "ride_facts",
                type: "numeric(18,4)",
                precision: 18,
                scale: 4,
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "refunded_currency",
                schema: "analytics",
                table: "ride_facts",
                type: "character varying(3)",
                maxLength: 3,
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "vehicle_class",
                schema: "analytics",
                table: "ride_facts",
                type: "character varying(64)",
                maxLength: 64,
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "authorization_number",
                schema: "payments",
                table: "payments",
                type: "integer",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<string>(
                name: "authorization_state",
                schema: "payments",
                table: "payments",
                type: "character varying(16)",
                maxLength: 16,
                nullable: true);

            migrationBuilder.AddColumn<decimal>(
                name: "expected_fare_amount",
                schema: "payments",
                table: "payments",
                type: "numeric(18,4)",
                precision: 18,
                scale: 4,
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "expected_fare_currency",
                schema: "payments",
                table: "payments",
                type: "character varying(3)",
                maxLength: 3,
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "failure_kind",
                schema: "payments",
                table: "payments",
                type: "character varying(16)",
                maxLength: 16,
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "outage_since",
                schema: "payments",
                table: "payments",
                type: "integer",
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "outages",
                schema: "payments",
                table: "payments",
                type: "integer",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<Guid>(
                name: "refund_retry_token_id",
                schema: "payments",
                table: "payments",
                type: "uuid",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "refunds",
                schema: "payments",
                table: "payments",
                type: "text",
                nullable: true);

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "accepted_at",
                schema: "analytics",
                table: "offer_facts",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "released_at",
                schema: "analytics",
                table: "offer_facts",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "vehicle_class",
                schema: "analytics",
                table: "offer_facts",
                type: "character varying(64)",
                maxLength: 64,
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "data",
                schema: "notifications",
                table: "notifications",
                type: "character varying(20000)",
                maxLength: 20000,
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "template",
                schema: "notifications",
                table: "notifications",
                type: "character varying(64)",
                maxLength: 64,
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "city",
                schema: "billing",
                table: "invoices",
                type: "character varying(20)",
                maxLength: 20,
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "refunds",
                schema: "billing",
                table: "invoices",
                type: "text",
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "rules",
                schema: "billing",
                table: "invoices",
                type: "integer",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<int>(
                name: "correction",
                schema: "drivers",
                table: "earnings",
                type: "integer",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<string>(
                name: "city",
                schema: "drivers",
                table: "earnings",
                type: "character varying(20)",
                maxLength: 20,
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "cell",
                schema: "drivers",
                table: "driver_positions",
                type: "bigint",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<int>(
                name: "authorization_number",
                schema: "payments",
                table: "charges",
                type: "integer",
                nullable: true);

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "cools_down_until",
                schema: "matching",
                table: "candidates",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "declines",
                schema: "matching",
                table: "candidates",
                type: "integer",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "declines_since",
                schema: "matching",
                table: "candidates",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "idle_since",
                schema: "matching",
                table: "candidates",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.AddPrimaryKey(
                name: "pk_earnings",
                schema: "drivers",
                table: "earnings",
                columns: new[] { "generation", "ride_id", "correction" });

            migrationBuilder.CreateTable(
                name: "authorizations",
                schema: "payments",
                columns: table => new
                {
                    ride_id = table.Column<Guid>(type: "uuid", nullable: false),
                    number = table.Column<int>(type: "integer", nullable: false),
                    token = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: false),
                    at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    amount_amount = table.Column<decimal>(type: "numeric(18,4)", precision: 18, scale: 4, nullable: false),
                    amount_currency = table.Column<string>(type: "character varying(3)", maxLength: 3, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_authorizations", x => new { x.ride_id, x.number });
                });

            migrationBuilder.CreateTable(
                name: "contacts",
                schema: "notifications",
                columns: table => new
                {
                    rider_id = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: false),
                    email = table.Column<string>(type: "character varying(254)", maxLength: 254, nullable: true),
                    language = table.Column<string>(type: "character varying(8)", maxLength: 8, nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_contacts", x => x.rider_id);
                });

            migrationBuilder.CreateTable(
                name: "deliveries",
                schema: "notifications",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    event_id = table.Column<Guid>(type: "uuid", nullable: false),
                    event_type = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: false),
                    position = table.Column<long>(type: "bigint", nullable: false),
                    stream_id = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: false),
                    channel = table.Column<string>(type: "character varying(10)", maxLength: 10, nullable: false),
                    recipient = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    status = table.Column<string>(type: "character varying(16)", maxLength: 16, nullable: false),
                    attempts = table.Column<int>(type: "integer", nullable: false),
                    next_attempt_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    last_error = table.Column<string>(type: "character varying(300)", maxLength: 300, nullable: true),
                    finished_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_deliveries", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "delivery_checkpoint",
                schema: "notifications",
                columns: table => new
                {
                    id = table.Column<int>(type: "integer", nullable: false),
                    position = table.Column<long>(type: "bigint", nullable: false),
                    owner = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    leased_until = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_delivery_checkpoint", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "driver_ratings",
                schema: "drivers",
                columns: table => new
                {
                    generation = table.Column<int>(type: "integer", nullable: false),
                    driver_id = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: false),
                    stars = table.Column<int>(type: "integer", nullable: false),
                    ratings = table.Column<int>(type: "integer", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_driver_ratings", x => new { x.generation, x.driver_id });
                });

            migrationBuilder.CreateTable(
                name: "last_batch",
                schema: "matching",
                columns: table => new
                {
                    id = table.Column<int>(type: "integer", nullable: false),
                    window = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_last_batch", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "match_attempts",
                schema: "matching",
                columns: table => new
                {
                    ride_id = table.Column<Guid>(type: "uuid", nullable: false),
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    number = table.Column<int>(type: "integer", nullable: false),
                    at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    trigger = table.Column<string>(type: "character varying(16)", maxLength: 16, nullable: false),
                    radius_meters = table.Column<double>(type: "double precision", nullable: false),
                    offer_id = table.Column<Guid>(type: "uuid", nullable: true),
                    candidates = table.Column<string>(type: "text", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_match_attempts", x => new { x.ride_id, x.id });
                });

            migrationBuilder.CreateTable(
                name: "partners",
                schema: "notifications",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    name = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: false),
                    url = table.Column<string>(type: "character varying(2000)", maxLength: 2000, nullable: false),
                    event_types = table.Column<string>(type: "character varying(4000)", maxLength: 4000, nullable: false),
                    secret = table.Column<byte[]>(type: "bytea", maxLength: 60, nullable: false),
                    from_position = table.Column<long>(type: "bigint", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    disabled_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_partners", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "ride_destinations",
                schema: "drivers",
                columns: table => new
                {
                    ride_id = table.Column<Guid>(type: "uuid", nullable: false),
                    number = table.Column<int>(type: "integer", nullable: false),
                    stops = table.Column<string>(type: "text", nullable: true),
                    dropoff_address = table.Column<string>(type: "character varying(500)", maxLength: 500, nullable: true),
                    dropoff_lat = table.Column<double>(type: "double precision", nullable: false),
                    dropoff_lng = table.Column<double>(type: "double precision", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_ride_destinations", x => x.ride_id);
                });

            migrationBuilder.CreateTable(
                name: "rider_ratings",
                schema: "rides",
                columns: table => new
                {
                    generation = table.Column<int>(type: "integer", nullable: false),
                    rider_id = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: false),
                    stars = table.Column<int>(type: "integer", nullable: false),
                    ratings = table.Column<int>(type: "integer", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_rider_ratings", x => new { x.generation, x.rider_id });
                });

            migrationBuilder.CreateTable(
                name: "shift_facts",
                schema: "analytics",
                columns: table => new
                {
                    generation = table.Column<int>(type: "integer", nullable: false),
                    shift_id = table.Column<Guid>(type: "uuid", nullable: false),
                    driver_id = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: false),
                    online_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    offline_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    vehicle_class = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: true),
                    lat = table.Column<double>(type: "double precision", nullable: true),
                    lng = table.Column<double>(type: "double precision", nullable: true),
                    version = table.Column<int>(type: "integer", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_shift_facts", x => new { x.generation, x.shift_id });
                });

            migrationBuilder.CreateTable(
                name: "started_rides",
                schema: "drivers",
                columns: table => new
                {
                    ride_id = table.Column<Guid>(type: "uuid", nullable: false),
                    at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_started_rides", x => x.ride_id);
                });

            migrationBuilder.InsertData(
                schema: "matching",
                table: "last_batch",
                columns: new[] { "id", "window" },
                values: new object[] { 1, 0L });

            migrationBuilder.CreateIndex(
                name: "ix_rides_active_rider_id",
                schema: "rides",
                table: "rides",
                column: "active_rider_id",
                unique: true,
                filter: "active_rider_id IS NOT NULL AND pickup_at IS NULL");

            migrationBuilder.CreateIndex(
                name: "ix_rides_active_rider_id_id",
                schema: "rides",
                table: "rides",
                columns: new[] { "active_rider_id", "id" },
                filter: "active_rider_id IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_profiles_online_since",
                schema: "drivers",
                table: "profiles",
                column: "online_since",
                filter: "online_since IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_payments_authorization_state_changed_at",
                schema: "payments",
                table: "payments",
                columns: new[] { "authorization_state", "changed_at" },
                filter: "authorization_state = 'voiding'");

            migrationBuilder.CreateIndex(
                name: "ix_operator_actions_ride_id",
                schema: "operations",
                table: "operator_actions",
                column: "ride_id");

            migrationBuilder.CreateIndex(
                name: "ix_offers_driver_id_offered_at",
                schema: "matching",
                table: "offers",
                columns: new[] { "driver_id", "offered_at" });

            migrationBuilder.CreateIndex(
                name: "ix_offer_facts_generation_accepted_at",
                schema: "analytics",
                table: "offer_facts",
                columns: new[] { "generation", "accepted_at" });

            migrationBuilder.CreateIndex(
                name: "ix_driver_positions_cell",
                schema: "drivers",
                table: "driver_positions",
                column: "cell");

            migrationBuilder.CreateIndex(
                name: "ix_deliveries_channel_created_at_id",
                schema: "notifications",
                table: "deliveries",
                columns: new[] { "channel", "created_at", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_deliveries_event_id_channel_recipient",
                schema: "notifications",
                table: "deliveries",
                columns: new[] { "event_id", "channel", "recipient" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_deliveries_finished_at",
                schema: "notifications",
                table: "deliveries",
                column: "finished_at");

            migrationBuilder.CreateIndex(
                name: "ix_deliveries_recipient_stream_id_position",
                schema: "notifications",
                table: "deliveries",
                columns: new[] { "recipient", "stream_id", "position" });

            migrationBuilder.CreateIndex(
                name: "ix_deliveries_status_next_attempt_at",
                schema: "notifications",
                table: "deliveries",
                columns: new[] { "status", "next_attempt_at" });

            migrationBuilder.CreateIndex(
                name: "ix_match_attempts_at",
                schema: "matching",
                table: "match_attempts",
                column: "at");

            migrationBuilder.CreateIndex(
                name: "ix_partners_created_at_id",
                schema: "notifications",
                table: "partners",
                columns: new[] { "created_at", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_shift_facts_generation_offline_at",
                schema: "analytics",
                table: "shift_facts",
                columns: new[] { "generation", "offline_at" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "authorizations",
                schema: "payments");

            migrationBuilder.DropTable(
                name: "contacts",
                schema: "notifications");

            migrationBuilder.DropTable(
                name: "deliveries",
                schema: "notifications");

            migrationBuilder.DropTable(
                name: "delivery_checkpoint",
                schema: "notifications");

            migrationBuilder.DropTable(
                name: "driver_ratings",
                schema: "drivers");

            migrationBuilder.DropTable(
                name: "last_batch",
                schema: "matching");

            migrationBuilder.DropTable(
                name: "match_attempts",
                schema: "matching");

            migrationBuilder.DropTable(
                name: "partners",
                schema: "notifications");

            migrationBuilder.DropTable(
                name: "ride_destinations",
                schema: "drivers");

            migrationBuilder.DropTable(
                name: "rider_ratings",
                schema: "rides");

            migrationBuilder.DropTable(
                name: "shift_facts",
                schema: "analytics");

            migrationBuilder.DropTable(
                name: "started_rides",
                schema: "drivers");

            migrationBuilder.DropIndex(
                name: "ix_rides_active_rider_id",
                schema: "rides",
                table: "rides");

            migrationBuilder.DropIndex(
                name: "ix_rides_active_rider_id_id",
                schema: "rides",
                table: "rides");

            migrationBuilder.DropIndex(
                name: "ix_profiles_online_since",
                schema: "drivers",
                table: "profiles");

            migrationBuilder.DropIndex(
                name: "ix_payments_authorization_state_changed_at",
                schema: "payments",
                table: "payments");

            migrationBuilder.DropIndex(
                name: "ix_operator_actions_ride_id",
                schema: "operations",
                table: "operator_actions");

            migrationBuilder.DropIndex(
                name: "ix_offers_driver_id_offered_at",
                schema: "matching",
                table: "offers");

            migrationBuilder.DropIndex(
                name: "ix_offer_facts_generation_accepted_at",
                schema: "analytics",
                table: "offer_facts");

            migrationBuilder.DropPrimaryKey(
                name: "pk_earnings",
                schema: "drivers",
                table: "earnings");

            migrationBuilder.DropIndex(
                name: "ix_driver_positions_cell",
                schema: "drivers",
                table: "driver_positions");

            migrationBuilder.DropColumn(
                name: "destination_change",
                schema: "matching",
                table: "searches");

            migrationBuilder.DropColumn(
                name: "stops",
                schema: "matching",
                table: "searches");

            migrationBuilder.DropColumn(
                name: "kind",
                schema: "payments",
                table: "sandbox_ledger");

            migrationBuilder.DropColumn(
                name: "destination_changes",
                schema: "rides",
                table: "rides");

            migrationBuilder.DropColumn(
                name: "overdue_at",
                schema: "rides",
                table: "rides");

            migrationBuilder.DropColumn(
                name: "overdue_token_id",
                schema: "rides",
                table: "rides");

            migrationBuilder.DropColumn(
                name: "pickup_at",
                schema: "rides",
                table: "rides");

            migrationBuilder.DropColumn(
                name: "rider_rated_at",
                schema: "rides",
                table: "rides");

            migrationBuilder.DropColumn(
                name: "rider_rating_comment",
                schema: "rides",
                table: "rides");

            migrationBuilder.DropColumn(
                name: "rider_stars",
                schema: "rides",
                table: "rides");

            migrationBuilder.DropColumn(
                name: "search_at",
                schema: "rides",
                table: "rides");

            migrationBuilder.DropColumn(
                name: "search_start_token_id",
                schema: "rides",
                table: "rides");

            migrationBuilder.DropColumn(
                name: "stops",
                schema: "rides",
                table: "rides");

            migrationBuilder.DropColumn(
                name: "trip_seconds",
                schema: "rides",
                table: "rides");

            migrationBuilder.DropColumn(
                name: "wrong_pins",
                schema: "rides",
                table: "rides");

            migrationBuilder.DropColumn(
                name: "cancelled_at_stage",
                schema: "analytics",
                table: "ride_facts");

            migrationBuilder.DropColumn(
                name: "city",
                schema: "analytics",
                table: "ride_facts");

            migrationBuilder.DropColumn(
                name: "first_assigned_at",
                schema: "analytics",
                table: "ride_facts");

            migrationBuilder.DropColumn(
                name: "last_assigned_at",
                schema: "analytics",
                table: "ride_facts");

            migrationBuilder.DropColumn(
                name: "match_seconds",
                schema: "analytics",
                table: "ride_facts");

            migrationBuilder.DropColumn(
                name: "pickup_seconds",
                schema: "analytics",
                table: "ride_facts");

            migrationBuilder.DropColumn(
                name: "refunded_amount",
                schema: "analytics",
                table: "ride_facts");

            migrationBuilder.DropColumn(
                name: "refunded_currency",
                schema: "analytics",
                table: "ride_facts");

            migrationBuilder.DropColumn(
                name: "vehicle_class",
                schema: "analytics",
                table: "ride_facts");

            migrationBuilder.DropColumn(
                name: "authorization_number",
                schema: "payments",
                table: "payments");

            migrationBuilder.DropColumn(
                name: "authorization_state",
                schema: "payments",
                table: "payments");

            migrationBuilder.DropColumn(
                name: "expected_fare_amount",
                schema: "payments",
                table: "payments");

            migrationBuilder.DropColumn(
                name: "expected_fare_currency",
                schema: "payments",
                table: "payments");

            migrationBuilder.DropColumn(
                name: "failure_kind",
                schema: "payments",
                table: "payments");

            migrationBuilder.DropColumn(
                name: "outage_since",
                schema: "payments",
                table: "payments");

            migrationBuilder.DropColumn(
                name: "outages",
                schema: "payments",
                table: "payments");

            migrationBuilder.DropColumn(
                name: "refund_retry_token_id",
                schema: "payments",
                table: "payments");

            migrationBuilder.DropColumn(
                name: "refunds",
                schema: "payments",
                table: "payments");

            migrationBuilder.DropColumn(
                name: "accepted_at",
                schema: "analytics",
                table: "offer_facts");

            migrationBuilder.DropColumn(
                name: "released_at",
                schema: "analytics",
                table: "offer_facts");

            migrationBuilder.DropColumn(
                name: "vehicle_class",
                schema: "analytics",
                table: "offer_facts");

            migrationBuilder.DropColumn(
                name: "data",
                schema: "notifications",
                table: "notifications");

            migrationBuilder.DropColumn(
                name: "template",
                schema: "notifications",
                table: "notifications");

            migrationBuilder.DropColumn(
                name: "city",
                schema: "billing",
                table: "invoices");

            migrationBuilder.DropColumn(
                name: "refunds",
                schema: "billing",
                table: "invoices");

            migrationBuilder.DropColumn(
                name: "rules",
                schema: "billing",
                table: "invoices");

            migrationBuilder.DropColumn(
                name: "correction",
                schema: "drivers",
                table: "earnings");

            migrationBuilder.DropColumn(
                name: "city",
                schema: "drivers",
                table: "earnings");

            migrationBuilder.DropColumn(
                name: "cell",
                schema: "drivers",
                table: "driver_positions");

            migrationBuilder.DropColumn(
                name: "authorization_number",
                schema: "payments",
                table: "charges");

            migrationBuilder.DropColumn(
                name: "cools_down_until",
                schema: "matching",
                table: "candidates");

            migrationBuilder.DropColumn(
                name: "declines",
                schema: "matching",
                table: "candidates");

            migrationBuilder.DropColumn(
                name: "declines_since",
                schema: "matching",
                table: "candidates");

            migrationBuilder.DropColumn(
                name: "idle_since",
                schema: "matching",
                table: "candidates");

            migrationBuilder.AddPrimaryKey(
                name: "pk_earnings",
                schema: "drivers",
                table: "earnings",
                columns: new[] { "generation", "ride_id" });

            migrationBuilder.CreateIndex(
                name: "ix_rides_active_rider_id",
                schema: "rides",
                table: "rides",
                column: "active_rider_id",
                unique: true,
                filter: "active_rider_id IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_driver_positions_lat_lng",
                schema: "drivers",
                table: "driver_positions",
                columns: new[] { "lat", "lng" });
        }
    }
}
