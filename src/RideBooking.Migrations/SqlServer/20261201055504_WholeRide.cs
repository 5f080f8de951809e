using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace RideBooking.Migrations.SqlServer
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
                type: "int",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<string>(
                name: "stops",
                schema: "matching",
                table: "searches",
                type: "nvarchar(max)",
                nullable: true,
                collation: "Latin1_General_BIN2");

            migrationBuilder.AddColumn<string>(
                name: "kind",
                schema: "payments",
                table: "sandbox_ledger",
                type: "nvarchar(16)",
                maxLength: 16,
                nullable: false,
                defaultValue: "charge",
                collation: "Latin1_General_BIN2");

            migrationBuilder.AddColumn<int>(
                name: "destination_changes",
                schema: "rides",
                table: "rides",
                type: "int",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "overdue_at",
                schema: "rides",
                table: "rides",
                type: "datetimeoffset",
                nullable: true);

            migrationBuilder.AddColumn<Guid>(
                name: "overdue_token_id",
                schema: "rides",
                table: "rides",
                type: "uniqueidentifier",
                nullable: true);

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "pickup_at",
                schema: "rides",
                table: "rides",
                type: "datetimeoffset",
                nullable: true);

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "rider_rated_at",
                schema: "rides",
                table: "rides",
                type: "datetimeoffset",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "rider_rating_comment",
                schema: "rides",
                table: "rides",
                type: "nvarchar(1000)",
                maxLength: 1000,
                nullable: true,
                collation: "Latin1_General_BIN2");

            migrationBuilder.AddColumn<int>(
                name: "rider_stars",
                schema: "rides",
                table: "rides",
                type: "int",
                nullable: true);

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "search_at",
                schema: "rides",
                table: "rides",
                type: "datetimeoffset",
                nullable: true);

            migrationBuilder.AddColumn<Guid>(
                name: "search_start_token_id",
                schema: "rides",
                table: "rides",
                type: "uniqueidentifier",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "stops",
                schema: "rides",
                table: "rides",
                type: "nvarchar(max)",
                nullable: true,
                collation: "Latin1_General_BIN2");

            migrationBuilder.AddColumn<int>(
                name: "trip_seconds",
                schema: "rides",
                table: "rides",
                type: "int",
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "wrong_pins",
                schema: "rides",
                table: "rides",
                type: "int",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<string>(
                name: "cancelled_at_stage",
                schema: "analytics",
                table: "ride_facts",
                type: "nvarchar(20)",
                maxLength: 20,
                nullable: true,
                collation: "Latin1_General_BIN2");

            migrationBuilder.AddColumn<string>(
                name: "city",
                schema: "analytics",
                table: "ride_facts",
                type: "nvarchar(64)",
                maxLength: 64,
                nullable: true,
                collation: "Latin1_General_BIN2");

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "first_assigned_at",
                schema: "analytics",
                table: "ride_facts",
                type: "datetimeoffset",
                nullable: true);

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "last_assigned_at",
                schema: "analytics",
                table: "ride_facts",
                type: "datetimeoffset",
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "match_seconds",
                schema: "analytics",
                table: "ride_facts",
                type: "int",
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "pickup_seconds",
                schema: "analytics",
                table: "ride_facts",
                type: "int",
                nullable: true);

            migrationBuilder.AddColumn<decimal>(
                name: "refunded_amount",
                schema: "analytics",
                table: "ride_facts",
                type: "decimal(18,4)",
                precision: 18,
                scale: 4,
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "refunded_currency",
                schema: "analytics",
                table: "ride_facts",
                type: "nvarchar(3)",
                maxLength: 3,
                nullable: true,
                collation: "Latin1_General_BIN2");

            migrationBuilder.AddColumn<string>(
                name: "vehicle_class",
                schema: "analytics",
                table: "ride_facts",
                type: "nvarchar(64)",
                maxLength: 64,
                nullable: true,
                collation: "Latin1_General_BIN2");

            migrationBuilder.AddColumn<int>(
                name: "authorization_number",
                schema: "payments",
                table: "payments",
                type: "int",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<string>(
                name: "authorization_state",
                schema: "payments",
                table: "payments",
                type: "nvarchar(16)",
                maxLength: 16,
                nullable: true,
                collation: "Latin1_General_BIN2");

            migrationBuilder.AddColumn<decimal>(
                name: "expected_fare_amount",
                schema: "payments",
                table: "payments",
                type: "decimal(18,4)",
                precision: 18,
                scale: 4,
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "expected_fare_currency",
                schema: "payments",
                table: "payments",
                type: "nvarchar(3)",
                maxLength: 3,
                nullable: true,
                collation: "Latin1_General_BIN2");

            migrationBuilder.AddColumn<string>(
                name: "failure_kind",
                schema: "payments",
                table: "payments",
                type: "nvarchar(16)",
                maxLength: 16,
                nullable: true,
                collation: "Latin1_General_BIN2");

            migrationBuilder.AddColumn<int>(
                name: "outage_since",
                schema: "payments",
                table: "payments",
                type: "int",
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "outages",
                schema: "payments",
                table: "payments",
                type: "int",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<Guid>(
                name: "refund_retry_token_id",
                schema: "payments",
                table: "payments",
                type: "uniqueidentifier",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "refunds",
                schema: "payments",
                table: "payments",
                type: "nvarchar(max)",
                nullable: true,
                collation: "Latin1_General_BIN2");

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "accepted_at",
                schema: "analytics",
                table: "offer_facts",
                type: "datetimeoffset",
                nullable: true);

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "released_at",
                schema: "analytics",
                table: "offer_facts",
                type: "datetimeoffset",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "vehicle_class",
                schema: "analytics",
                table: "offer_facts",
                type: "nvarchar(64)",
                maxLength: 64,
                nullable: true,
                collation: "Latin1_General_BIN2");

            migrationBuilder.AddColumn<string>(
                name: "data",
                schema: "notifications",
                table: "notifications",
                type: "nvarchar(max)",
                maxLength: 20000,
                nullable: true,
                collation: "Latin1_General_BIN2");

            migrationBuilder.AddColumn<string>(
                name: "template",
                schema: "notifications",
                table: "notifications",
                type: "nvarchar(64)",
                maxLength: 64,
                nullable: true,
                collation: "Latin1_General_BIN2");

            migrationBuilder.AddColumn<string>(
                name: "city",
                schema: "billing",
                table: "invoices",
                type: "nvarchar(20)",
                maxLength: 20,
                nullable: true,
                collation: "Latin1_General_BIN2");

            migrationBuilder.AddColumn<string>(
                name: "refunds",
                schema: "billing",
                table: "invoices",
                type: "nvarchar(max)",
                nullable: true,
                collation: "Latin1_General_BIN2");

            migrationBuilder.AddColumn<int>(
                name: "rules",
                schema: "billing",
                table: "invoices",
                type: "int",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<int>(
                name: "correction",
                schema: "drivers",
                table: "earnings",
                type: "int",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<string>(
                name: "city",
                schema: "drivers",
                table: "earnings",
                type: "nvarchar(20)",
                maxLength: 20,
                nullable: true,
                collation: "Latin1_General_BIN2");

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
                type: "int",
                nullable: true);

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "cools_down_until",
                schema: "matching",
                table: "candidates",
                type: "datetimeoffset",
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "declines",
                schema: "matching",
                table: "candidates",
                type: "int",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "declines_since",
                schema: "matching",
                table: "candidates",
                type: "datetimeoffset",
                nullable: true);

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "idle_since",
                schema: "matching",
                table: "candidates",
                type: "datetimeoffset",
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
                    ride_id = table.Column<Guid>(type: "uniqueidentifier", nullable: false),
                    number = table.Column<int>(type: "int", nullable: false),
                    token = table.Column<string>(type: "nvarchar(100)", maxLength: 100, nullable: false, collation: "Latin1_General_BIN2"),
                    at = table.Column<DateTimeOffset>(type: "datetimeoffset", nullable: false),
                    amount_amount = table.Column<decimal>(type: "decimal(18,4)", precision: 18, scale: 4, nullable: false),
                    amount_currency = table.Column<string>(type: "nvarchar(3)", maxLength: 3, nullable: false, collation: "Latin1_General_BIN2")
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
                    rider_id = table.Column<string>(type: "nvarchar(255)", maxLength: 255, nullable: false, collation: "Latin1_General_BIN2"),
                    email = table.Column<string>(type: "nvarchar(254)", maxLength: 254, nullable: true, collation: "Latin1_General_BIN2"),
                    language = table.Column<string>(type: "nvarchar(8)", maxLength: 8, nullable: true, collation: "Latin1_General_BIN2")
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
                    id = table.Column<Guid>(type: "uniqueidentifier", nullable: false),
                    event_id = table.Column<Guid>(type: "uniqueidentifier", nullable: false),
                    event_type = table.Column<string>(type: "nvarchar(100)", maxLength: 100, nullable: false, collation: "Latin1_General_BIN2"),
                    position = table.Column<long>(type: "bigint", nullable: false),
                    stream_id = table.Column<string>(type: "nvarchar(255)", maxLength: 255, nullable: false, collation: "Latin1_General_BIN2"),
                    channel = table.Column<string>(type: "nvarchar(10)", maxLength: 10, nullable: false, collation: "Latin1_General_BIN2"),
                    recipient = table.Column<string>(type: "nvarchar(255)", maxLength: 255, nullable: false, collation: "Latin1_General_BIN2"),
                    created_at = table.Column<DateTimeOffset>(type: "datetimeoffset", nullable: false),
                    status = table.Column<string>(type: "nvarchar(16)", maxLength: 16, nullable: false, collation: "Latin1_General_BIN2"),
                    attempts = table.Column<int>(type: "int", nullable: false),
                    next_attempt_at = table.Column<DateTimeOffset>(type: "datetimeoffset", nullable: false),
                    last_error = table.Column<string>(type: "nvarchar(300)", maxLength: 300, nullable: true, collation: "Latin1_General_BIN2"),
                    finished_at = table.Column<DateTimeOffset>(type: "datetimeoffset", nullable: true)
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
                    id = table.Column<int>(type: "int", nullable: false),
                    position = table.Column<long>(type: "bigint", nullable: false),
                    owner = table.Column<string>(type: "nvarchar(64)", maxLength: 64, nullable: false, collation: "Latin1_General_BIN2"),
                    leased_until = table.Column<DateTimeOffset>(type: "datetimeoffset", nullable: false)
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
                    generation = table.Column<int>(type: "int", nullable: false),
                    driver_id = table.Column<string>(type: "nvarchar(255)", maxLength: 255, nullable: false, collation: "Latin1_General_BIN2"),
                    stars = table.Column<int>(type: "int", nullable: false),
                    ratings = table.Column<int>(type: "int", nullable: false)
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
                    id = table.Column<int>(type: "int", nullable: false),
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
                    ride_id = table.Column<Guid>(type: "uniqueidentifier", nullable: false),
                    id = table.Column<Guid>(type: "uniqueidentifier", nullable: false),
                    number = table.Column<int>(type: "int", nullable: false),
                    at = table.Column<DateTimeOffset>(type: "datetimeoffset", nullable: false),
                    trigger = table.Column<string>(type: "nvarchar(16)", maxLength: 16, nullable: false, collation: "Latin1_General_BIN2"),
                    radius_meters = table.Column<double>(type: "float", nullable: false),
                    offer_id = table.Column<Guid>(type: "uniqueidentifier", nullable: true),
                    candidates = table.Column<string>(type: "nvarchar(max)", nullable: false, collation: "Latin1_General_BIN2")
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
                    id = table.Column<Guid>(type: "uniqueidentifier", nullable: false),
                    name = table.Column<string>(type: "nvarchar(100)", maxLength: 100, nullable: false, collation: "Latin1_General_BIN2"),
                    url = table.Column<string>(type: "nvarchar(2000)", maxLength: 2000, nullable: false, collation: "Latin1_General_BIN2"),
                    event_types = table.Column<string>(type: "nvarchar(4000)", maxLength: 4000, nullable: false, collation: "Latin1_General_BIN2"),
                    secret = table.Column<byte[]>(type: "varbinary(60)", maxLength: 60, nullable: false),
                    from_position = table.Column<long>(type: "bigint", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "datetimeoffset", nullable: false),
                    disabled_at = table.Column<DateTimeOffset>(type: "datetimeoffset", nullable: true)
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
                    ride_id = table.Column<Guid>(type: "uniqueidentifier", nullable: false),
                    number = table.Column<int>(type: "int", nullable: false),
                    stops = table.Column<string>(type: "nvarchar(max)", nullable: true, collation: "Latin1_General_BIN2"),
                    dropoff_address = table.Column<string>(type: "nvarchar(500)", maxLength: 500, nullable: true, collation: "Latin1_General_BIN2"),
                    dropoff_lat = table.Column<double>(type: "float", nullable: false),
                    dropoff_lng = table.Column<double>(type: "float", nullable: false)
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
                    generation = table.Column<int>(type: "int", nullable: false),
                    rider_id = table.Column<string>(type: "nvarchar(255)", maxLength: 255, nullable: false, collation: "Latin1_General_BIN2"),
                    stars = table.Column<int>(type: "int", nullable: false),
                    ratings = table.Column<int>(type: "int", nullable: false)
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
                    generation = table.Column<int>(type: "int", nullable: false),
                    shift_id = table.Column<Guid>(type: "uniqueidentifier", nullable: false),
                    driver_id = table.Column<string>(type: "nvarchar(255)", maxLength: 255, nullable: false, collation: "Latin1_General_BIN2"),
                    online_at = table.Column<DateTimeOffset>(type: "datetimeoffset", nullable: true),
                    offline_at = table.Column<DateTimeOffset>(type: "datetimeoffset", nullable: true),
                    vehicle_class = table.Column<string>(type: "nvarchar(64)", maxLength: 64, nullable: true, collation: "Latin1_General_BIN2"),
                    lat = table.Column<double>(type: "float", nullable: true),
                    lng = table.Column<double>(type: "float", nullable: true),
                    version = table.Column<int>(type: "int", nullable: false)
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
                    ride_id = table.Column<Guid>(type: "uniqueidentifier", nullable: false),
                    at = table.Column<DateTimeOffset>(type: "datetimeoffset", nullable: false)
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
