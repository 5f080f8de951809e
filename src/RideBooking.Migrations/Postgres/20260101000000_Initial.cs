using System;
using System.Collections.Generic;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql.EntityFrameworkCore.PostgreSQL.Metadata;

#nullable disable

namespace RideBooking.Migrations.Postgres
{
    /// <inheritdoc />
    public partial class Initial : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.EnsureSchema(
                name: "operations");

            migrationBuilder.EnsureSchema(
                name: "event_log");

            migrationBuilder.EnsureSchema(
                name: "drivers");

            migrationBuilder.EnsureSchema(
                name: "matching");

            migrationBuilder.EnsureSchema(
                name: "payments");

            migrationBuilder.EnsureSchema(
                name: "messaging");

            migrationBuilder.EnsureSchema(
                name: "platform");

            migrationBuilder.EnsureSchema(
                name: "billing");

            migrationBuilder.EnsureSchema(
                name: "notifications");

            migrationBuilder.EnsureSchema(
                name: "analytics");

            migrationBuilder.EnsureSchema(
                name: "rides");

            migrationBuilder.CreateTable(
                name: "alert_notifications",
                schema: "operations",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    alert_id = table.Column<Guid>(type: "uuid", nullable: false),
                    alert_name = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: false),
                    subject = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: false),
                    since = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    ended_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    value = table.Column<double>(type: "double precision", nullable: false),
                    limit = table.Column<double>(type: "double precision", nullable: true),
                    text = table.Column<string>(type: "character varying(500)", maxLength: 500, nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    status = table.Column<string>(type: "character varying(16)", maxLength: 16, nullable: false),
                    attempts = table.Column<int>(type: "integer", nullable: false),
                    next_attempt_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    last_error = table.Column<string>(type: "character varying(300)", maxLength: 300, nullable: true),
                    finished_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_alert_notifications", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "alerts",
                schema: "operations",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    name = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: false),
                    subject = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: false),
                    since = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    last_seen_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    value = table.Column<double>(type: "double precision", nullable: false),
                    limit = table.Column<double>(type: "double precision", nullable: true),
                    text = table.Column<string>(type: "character varying(500)", maxLength: 500, nullable: false),
                    ended_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_alerts", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "archiver",
                schema: "event_log",
                columns: table => new
                {
                    id = table.Column<int>(type: "integer", nullable: false),
                    position = table.Column<long>(type: "bigint", nullable: false),
                    due_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    archive_id = table.Column<Guid>(type: "uuid", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_archiver", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "archives",
                schema: "event_log",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    first_position = table.Column<long>(type: "bigint", nullable: false),
                    last_position = table.Column<long>(type: "bigint", nullable: false),
                    last_timestamp = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    events = table.Column<int>(type: "integer", nullable: false),
                    streams = table.Column<int>(type: "integer", nullable: false),
                    size = table.Column<int>(type: "integer", nullable: false),
                    sha256 = table.Column<byte[]>(type: "bytea", maxLength: 32, nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    data = table.Column<byte[]>(type: "bytea", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_archives", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "assignments",
                schema: "drivers",
                columns: table => new
                {
                    offer_id = table.Column<Guid>(type: "uuid", nullable: false),
                    ride_id = table.Column<Guid>(type: "uuid", nullable: false),
                    driver_id = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: false),
                    stage = table.Column<int>(type: "integer", nullable: false),
                    expires_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    assigned_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    dropoff_address = table.Column<string>(type: "character varying(500)", maxLength: 500, nullable: true),
                    dropoff_lat = table.Column<double>(type: "double precision", nullable: true),
                    dropoff_lng = table.Column<double>(type: "double precision", nullable: true),
                    pickup_address = table.Column<string>(type: "character varying(500)", maxLength: 500, nullable: true),
                    pickup_lat = table.Column<double>(type: "double precision", nullable: true),
                    pickup_lng = table.Column<double>(type: "double precision", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_assignments", x => x.offer_id);
                });

            migrationBuilder.CreateTable(
                name: "audits",
                schema: "operations",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    status = table.Column<string>(type: "character varying(16)", maxLength: 16, nullable: false),
                    position = table.Column<long>(type: "bigint", nullable: false),
                    last_position = table.Column<long>(type: "bigint", nullable: false),
                    rides = table.Column<int>(type: "integer", nullable: false),
                    deviation_count = table.Column<int>(type: "integer", nullable: false),
                    deviations = table.Column<string>(type: "text", nullable: false),
                    requested_by = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: false),
                    requested_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    finished_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    claimed_until = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_audits", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "candidates",
                schema: "matching",
                columns: table => new
                {
                    driver_id = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: false),
                    shift_id = table.Column<Guid>(type: "uuid", nullable: false),
                    online = table.Column<bool>(type: "boolean", nullable: false),
                    name = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: false),
                    reserved_ride_id = table.Column<Guid>(type: "uuid", nullable: true),
                    reserved_offer_id = table.Column<Guid>(type: "uuid", nullable: true),
                    missed_offers = table.Column<int>(type: "integer", nullable: false),
                    vehicle_class = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: false),
                    vehicle_model = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: false),
                    vehicle_plate = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_candidates", x => x.driver_id);
                });

            migrationBuilder.CreateTable(
                name: "charges",
                schema: "payments",
                columns: table => new
                {
                    ride_id = table.Column<Guid>(type: "uuid", nullable: false),
                    key_number = table.Column<int>(type: "integer", nullable: false),
                    token = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: false),
                    at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    amount_amount = table.Column<decimal>(type: "numeric(18,4)", precision: 18, scale: 4, nullable: false),
                    amount_currency = table.Column<string>(type: "character varying(3)", maxLength: 3, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_charges", x => new { x.ride_id, x.key_number });
                });

            migrationBuilder.CreateTable(
                name: "commissions",
                schema: "drivers",
                columns: table => new
                {
                    valid_from = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    share = table.Column<decimal>(type: "numeric(29,28)", precision: 29, scale: 28, nullable: false),
                    cancellation_share = table.Column<decimal>(type: "numeric(29,28)", precision: 29, scale: 28, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_commissions", x => x.valid_from);
                });

            migrationBuilder.CreateTable(
                name: "dead_letter_messages",
                schema: "messaging",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    queue = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: false),
                    at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    headers = table.Column<string>(type: "text", nullable: false),
                    content_type = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: true),
                    body = table.Column<byte[]>(type: "bytea", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_dead_letter_messages", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "development_secret",
                schema: "platform",
                columns: table => new
                {
                    id = table.Column<int>(type: "integer", nullable: false),
                    value = table.Column<byte[]>(type: "bytea", maxLength: 64, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_development_secret", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "driver_positions",
                schema: "drivers",
                columns: table => new
                {
                    driver_id = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: false),
                    lat = table.Column<double>(type: "double precision", nullable: false),
                    lng = table.Column<double>(type: "double precision", nullable: false),
                    heading = table.Column<double>(type: "double precision", nullable: true),
                    sequence = table.Column<long>(type: "bigint", nullable: false),
                    at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    active_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    sequence_before_shift = table.Column<long>(type: "bigint", nullable: true),
                    restarted_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    sequence_before_leap = table.Column<long>(type: "bigint", nullable: true),
                    doubts = table.Column<int>(type: "integer", nullable: false),
                    doubted_lat = table.Column<double>(type: "double precision", nullable: true),
                    doubted_lng = table.Column<double>(type: "double precision", nullable: true),
                    doubted_since = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    doubted_sequence = table.Column<long>(type: "bigint", nullable: true),
                    version = table.Column<int>(type: "integer", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_driver_positions", x => x.driver_id);
                });

            migrationBuilder.CreateTable(
                name: "earnings",
                schema: "drivers",
                columns: table => new
                {
                    generation = table.Column<int>(type: "integer", nullable: false),
                    ride_id = table.Column<Guid>(type: "uuid", nullable: false),
                    driver_id = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: false),
                    cancelled = table.Column<bool>(type: "boolean", nullable: false),
                    at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    earned_amount = table.Column<decimal>(type: "numeric(18,4)", precision: 18, scale: 4, nullable: false),
                    earned_currency = table.Column<string>(type: "character varying(3)", maxLength: 3, nullable: false),
                    fare_amount = table.Column<decimal>(type: "numeric(18,4)", precision: 18, scale: 4, nullable: false),
                    fare_currency = table.Column<string>(type: "character varying(3)", maxLength: 3, nullable: false),
                    tolls_amount = table.Column<decimal>(type: "numeric(18,4)", precision: 18, scale: 4, nullable: false),
                    tolls_currency = table.Column<string>(type: "character varying(3)", maxLength: 3, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_earnings", x => new { x.generation, x.ride_id });
                });

            migrationBuilder.CreateTable(
                name: "ended_rides",
                schema: "drivers",
                columns: table => new
                {
                    ride_id = table.Column<Guid>(type: "uuid", nullable: false),
                    at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_ended_rides", x => x.ride_id);
                });

            migrationBuilder.CreateTable(
                name: "endpoint_minutes",
                schema: "operations",
                columns: table => new
                {
                    minute = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    endpoint = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: false),
                    host = table.Column<Guid>(type: "uuid", nullable: false),
                    handled = table.Column<int>(type: "integer", nullable: false),
                    failed = table.Column<int>(type: "integer", nullable: false),
                    retries = table.Column<int>(type: "integer", nullable: false),
                    redeliveries = table.Column<int>(type: "integer", nullable: false),
                    lag_sum = table.Column<double>(type: "double precision", nullable: false),
                    lag_max = table.Column<double>(type: "double precision", nullable: false),
                    processing_sum = table.Column<double>(type: "double precision", nullable: false),
                    processing_max = table.Column<double>(type: "double precision", nullable: false),
                    critical_time_sum = table.Column<double>(type: "double precision", nullable: false),
                    critical_time_max = table.Column<double>(type: "double precision", nullable: false),
                    messages = table.Column<long>(type: "bigint", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_endpoint_minutes", x => new { x.minute, x.endpoint, x.host });
                });

            migrationBuilder.CreateTable(
                name: "events",
                schema: "event_log",
                columns: table => new
                {
                    sequence = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    event_id = table.Column<Guid>(type: "uuid", nullable: false),
                    event_type = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: false),
                    version = table.Column<int>(type: "integer", nullable: false),
                    timestamp = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    source = table.Column<string>(type: "character varying(50)", maxLength: 50, nullable: false),
                    stream_id = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: false),
                    stream_version = table.Column<int>(type: "integer", nullable: true),
                    position = table.Column<long>(type: "bigint", nullable: true),
                    correlation_id = table.Column<Guid>(type: "uuid", nullable: true),
                    causation_id = table.Column<Guid>(type: "uuid", nullable: true),
                    trace_parent = table.Column<string>(type: "character varying(55)", maxLength: 55, nullable: true),
                    payload = table.Column<string>(type: "text", nullable: false),
                    subject = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_events", x => x.sequence);
                });

            migrationBuilder.CreateTable(
                name: "failed_messages",
                schema: "operations",
                columns: table => new
                {
                    id = table.Column<string>(type: "character varying(300)", maxLength: 300, nullable: false),
                    queue = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: false),
                    message_id = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: true),
                    message_type = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: true),
                    ride_id = table.Column<Guid>(type: "uuid", nullable: true),
                    rider_id = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: true),
                    driver_id = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: true),
                    fingerprint = table.Column<string>(type: "character varying(16)", maxLength: 16, nullable: false),
                    exception_type = table.Column<string>(type: "character varying(500)", maxLength: 500, nullable: true),
                    exception_message = table.Column<string>(type: "character varying(500)", maxLength: 500, nullable: true),
                    top_frame = table.Column<string>(type: "character varying(500)", maxLength: 500, nullable: true),
                    failed_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    failed_hour = table.Column<int>(type: "integer", nullable: false),
                    sent_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    attempts = table.Column<int>(type: "integer", nullable: false),
                    status = table.Column<string>(type: "character varying(16)", maxLength: 16, nullable: false),
                    status_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    redrive_id = table.Column<Guid>(type: "uuid", nullable: true),
                    outcome = table.Column<string>(type: "character varying(16)", maxLength: 16, nullable: true),
                    redrives = table.Column<int>(type: "integer", nullable: false),
                    is_quarantined = table.Column<bool>(type: "boolean", nullable: false),
                    ordered_by = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    history = table.Column<string>(type: "text", nullable: false),
                    edits = table.Column<int>(type: "integer", nullable: false),
                    original_body = table.Column<byte[]>(type: "bytea", nullable: true),
                    headers = table.Column<string>(type: "text", nullable: false),
                    routing_key = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: true),
                    content_type = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: true),
                    body = table.Column<byte[]>(type: "bytea", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_failed_messages", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "failure_notes",
                schema: "operations",
                columns: table => new
                {
                    fingerprint = table.Column<string>(type: "character varying(16)", maxLength: 16, nullable: false),
                    text = table.Column<string>(type: "character varying(500)", maxLength: 500, nullable: false),
                    by = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: false),
                    at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_failure_notes", x => x.fingerprint);
                });

            migrationBuilder.CreateTable(
                name: "hashes",
                schema: "event_log",
                columns: table => new
                {
                    position = table.Column<long>(type: "bigint", nullable: false),
                    hash = table.Column<byte[]>(type: "bytea", maxLength: 32, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_hashes", x => x.position);
                });

            migrationBuilder.CreateTable(
                name: "head",
                schema: "event_log",
                columns: table => new
                {
                    id = table.Column<int>(type: "integer", nullable: false),
                    position = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_head", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "idempotency_keys",
                schema: "platform",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    caller = table.Column<string>(type: "character varying(320)", maxLength: 320, nullable: false),
                    fingerprint = table.Column<string>(type: "character varying(64)", unicode: false, maxLength: 64, nullable: false),
                    request_id = table.Column<Guid>(type: "uuid", nullable: false),
                    owner = table.Column<Guid>(type: "uuid", nullable: false),
                    lease_until = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    status = table.Column<int>(type: "integer", nullable: true),
                    content_type = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: true),
                    location = table.Column<string>(type: "character varying(2048)", maxLength: 2048, nullable: true),
                    entity_tag = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: true),
                    body = table.Column<byte[]>(type: "bytea", nullable: true),
                    body_too_large = table.Column<bool>(type: "boolean", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_idempotency_keys", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "inbox_state",
                schema: "messaging",
                columns: table => new
                {
                    message_id = table.Column<Guid>(type: "uuid", nullable: false),
                    consumer_id = table.Column<Guid>(type: "uuid", nullable: false),
                    lock_id = table.Column<Guid>(type: "uuid", nullable: false),
                    receive_count = table.Column<int>(type: "integer", nullable: false),
                    received = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    consumed = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    had_effect = table.Column<bool>(type: "boolean", nullable: true),
                    delivered = table.Column<DateTime>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_inbox_state", x => new { x.message_id, x.consumer_id });
                });

            migrationBuilder.CreateTable(
                name: "invoices",
                schema: "billing",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    ride_id = table.Column<Guid>(type: "uuid", nullable: false),
                    rider_id = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: false),
                    number = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: false),
                    tariff_version = table.Column<string>(type: "character varying(50)", maxLength: 50, nullable: false),
                    waiver_reason = table.Column<string>(type: "character varying(50)", maxLength: 50, nullable: true),
                    issued_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    paid_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    written_off_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    version = table.Column<int>(type: "integer", nullable: false),
                    lines = table.Column<string>(type: "text", nullable: false),
                    total_amount = table.Column<decimal>(type: "numeric(18,4)", precision: 18, scale: 4, nullable: false),
                    total_currency = table.Column<string>(type: "character varying(3)", maxLength: 3, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_invoices", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "notifications",
                schema: "notifications",
                columns: table => new
                {
                    generation = table.Column<int>(type: "integer", nullable: false),
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    event_id = table.Column<Guid>(type: "uuid", nullable: false),
                    audience = table.Column<string>(type: "character varying(10)", maxLength: 10, nullable: false),
                    recipient_id = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: false),
                    kind = table.Column<string>(type: "character varying(50)", maxLength: 50, nullable: false),
                    title = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: false),
                    text = table.Column<string>(type: "character varying(1000)", maxLength: 1000, nullable: false),
                    ride_id = table.Column<Guid>(type: "uuid", nullable: false),
                    at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_notifications", x => new { x.generation, x.id });
                });

            migrationBuilder.CreateTable(
                name: "offer_facts",
                schema: "analytics",
                columns: table => new
                {
                    generation = table.Column<int>(type: "integer", nullable: false),
                    offer_id = table.Column<Guid>(type: "uuid", nullable: false),
                    ride_id = table.Column<Guid>(type: "uuid", nullable: false),
                    driver_id = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: false),
                    offered_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    answer = table.Column<string>(type: "character varying(10)", maxLength: 10, nullable: false),
                    released = table.Column<bool>(type: "boolean", nullable: false),
                    version = table.Column<int>(type: "integer", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_offer_facts", x => new { x.generation, x.offer_id });
                });

            migrationBuilder.CreateTable(
                name: "offers",
                schema: "matching",
                columns: table => new
                {
                    offer_id = table.Column<Guid>(type: "uuid", nullable: false),
                    ride_id = table.Column<Guid>(type: "uuid", nullable: false),
                    driver_id = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: false),
                    status = table.Column<string>(type: "character varying(16)", maxLength: 16, nullable: false),
                    active_ride_id = table.Column<Guid>(type: "uuid", nullable: true),
                    active_driver_id = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: true),
                    attempt = table.Column<int>(type: "integer", nullable: false),
                    pickup_eta_seconds = table.Column<int>(type: "integer", nullable: false),
                    offered_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    expires_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    answered_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_offers", x => x.offer_id);
                });

            migrationBuilder.CreateTable(
                name: "operator_actions",
                schema: "operations",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    by = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: false),
                    action = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: false),
                    queue = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: true),
                    fingerprint = table.Column<string>(type: "character varying(16)", maxLength: 16, nullable: true),
                    ride_id = table.Column<Guid>(type: "uuid", nullable: true),
                    rider_id = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: true),
                    subscription = table.Column<string>(type: "character varying(50)", maxLength: 50, nullable: true),
                    position = table.Column<long>(type: "bigint", nullable: true),
                    count = table.Column<int>(type: "integer", nullable: false),
                    reason = table.Column<string>(type: "character varying(500)", maxLength: 500, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_operator_actions", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "outbox_message",
                schema: "messaging",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    sequence_number = table.Column<long>(type: "bigint", nullable: false),
                    message_id = table.Column<Guid>(type: "uuid", nullable: false),
                    message_type = table.Column<string>(type: "text", maxLength: -1, nullable: false),
                    content_type = table.Column<string>(type: "character varying(256)", maxLength: 256, nullable: false),
                    body = table.Column<string>(type: "text", maxLength: -1, nullable: false),
                    headers = table.Column<string>(type: "text", maxLength: -1, nullable: true),
                    properties = table.Column<string>(type: "text", maxLength: -1, nullable: true),
                    conversation_id = table.Column<Guid>(type: "uuid", nullable: true),
                    correlation_id = table.Column<Guid>(type: "uuid", nullable: true),
                    initiator_id = table.Column<Guid>(type: "uuid", nullable: true),
                    request_id = table.Column<Guid>(type: "uuid", nullable: true),
                    source_address = table.Column<string>(type: "character varying(1024)", maxLength: 1024, nullable: true),
                    destination_address = table.Column<string>(type: "character varying(1024)", maxLength: 1024, nullable: true),
                    response_address = table.Column<string>(type: "character varying(1024)", maxLength: 1024, nullable: true),
                    fault_address = table.Column<string>(type: "character varying(1024)", maxLength: 1024, nullable: true),
                    sent_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    enqueue_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    expiration_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    inbox_message_id = table.Column<Guid>(type: "uuid", nullable: true),
                    inbox_consumer_id = table.Column<Guid>(type: "uuid", nullable: true),
                    outbox_id = table.Column<Guid>(type: "uuid", nullable: true),
                    bus_name = table.Column<string>(type: "character varying(255)", unicode: false, maxLength: 255, nullable: true),
                    attempt_count = table.Column<int>(type: "integer", nullable: false),
                    ordering_key = table.Column<string>(type: "character varying(255)", unicode: false, maxLength: 255, nullable: true),
                    ordering_number = table.Column<long>(type: "bigint", nullable: false),
                    next_attempt_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    last_error = table.Column<string>(type: "text", maxLength: -1, nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_outbox_message", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "outbox_state",
                schema: "messaging",
                columns: table => new
                {
                    outbox_id = table.Column<Guid>(type: "uuid", nullable: false),
                    lock_id = table.Column<Guid>(type: "uuid", nullable: false),
                    created = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    delivered = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    expires = table.Column<DateTime>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_outbox_state", x => x.outbox_id);
                });

            migrationBuilder.CreateTable(
                name: "parked_events",
                schema: "event_log",
                columns: table => new
                {
                    subscription = table.Column<string>(type: "character varying(50)", maxLength: 50, nullable: false),
                    generation = table.Column<int>(type: "integer", nullable: false),
                    position = table.Column<long>(type: "bigint", nullable: false),
                    event_id = table.Column<Guid>(type: "uuid", nullable: false),
                    event_type = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: false),
                    version = table.Column<int>(type: "integer", nullable: false),
                    stream_id = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: false),
                    error = table.Column<string>(type: "character varying(2000)", maxLength: 2000, nullable: false),
                    parked_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    retry_requested_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_parked_events", x => new { x.subscription, x.generation, x.position });
                });

            migrationBuilder.CreateTable(
                name: "paused_endpoints",
                schema: "operations",
                columns: table => new
                {
                    name = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: false),
                    at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    by = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: true),
                    reason = table.Column<string>(type: "character varying(500)", maxLength: 500, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_paused_endpoints", x => x.name);
                });

            migrationBuilder.CreateTable(
                name: "payment_methods",
                schema: "payments",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    rider_id = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: false),
                    token = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: false),
                    brand = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: false),
                    last4 = table.Column<string>(type: "character varying(4)", maxLength: 4, nullable: false),
                    label = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: true),
                    default_since = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    added_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_payment_methods", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "payments",
                schema: "payments",
                columns: table => new
                {
                    ride_id = table.Column<Guid>(type: "uuid", nullable: false),
                    status = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: false),
                    version = table.Column<int>(type: "integer", nullable: false),
                    payment_id = table.Column<Guid>(type: "uuid", nullable: false),
                    rider_id = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: false),
                    payment_method_id = table.Column<Guid>(type: "uuid", nullable: true),
                    attempt = table.Column<int>(type: "integer", nullable: false),
                    key_number = table.Column<int>(type: "integer", nullable: false),
                    unresolved = table.Column<bool>(type: "boolean", nullable: false),
                    failure_code = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: true),
                    retry_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    retry_token_id = table.Column<Guid>(type: "uuid", nullable: true),
                    opened_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    changed_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    captured_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    due_amount = table.Column<decimal>(type: "numeric(18,4)", precision: 18, scale: 4, nullable: false),
                    due_currency = table.Column<string>(type: "character varying(3)", maxLength: 3, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_payments", x => x.ride_id);
                });

            migrationBuilder.CreateTable(
                name: "profiles",
                schema: "drivers",
                columns: table => new
                {
                    driver_id = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: false),
                    name = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: false),
                    shift_id = table.Column<Guid>(type: "uuid", nullable: true),
                    online_since = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    vehicle_class = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: false),
                    vehicle_model = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: false),
                    vehicle_plate = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_profiles", x => x.driver_id);
                });

            migrationBuilder.CreateTable(
                name: "qrtz_calendars",
                schema: "messaging",
                columns: table => new
                {
                    sched_name = table.Column<string>(type: "text", nullable: false),
                    calendar_name = table.Column<string>(type: "text", nullable: false),
                    calendar = table.Column<byte[]>(type: "bytea", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_qrtz_calendars", x => new { x.sched_name, x.calendar_name });
                });

            migrationBuilder.CreateTable(
                name: "qrtz_fired_triggers",
                schema: "messaging",
                columns: table => new
                {
                    sched_name = table.Column<string>(type: "text", nullable: false),
                    entry_id = table.Column<string>(type: "text", nullable: false),
                    execution_group = table.Column<string>(type: "text", nullable: true),
                    fired_time = table.Column<long>(type: "bigint", nullable: false),
                    instance_name = table.Column<string>(type: "text", nullable: false),
                    interrupt_requested_time = table.Column<long>(type: "bigint", nullable: true),
                    is_nonconcurrent = table.Column<bool>(type: "boolean", nullable: false),
                    job_group = table.Column<string>(type: "text", nullable: true),
                    job_name = table.Column<string>(type: "text", nullable: true),
                    priority = table.Column<int>(type: "integer", nullable: false),
                    progress = table.Column<int>(type: "integer", nullable: true),
                    progress_message = table.Column<string>(type: "text", nullable: true),
                    requests_recovery = table.Column<bool>(type: "boolean", nullable: true),
                    sched_time = table.Column<long>(type: "bigint", nullable: false),
                    state = table.Column<string>(type: "text", nullable: false),
                    trigger_group = table.Column<string>(type: "text", nullable: false),
                    trigger_name = table.Column<string>(type: "text", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_qrtz_fired_triggers", x => new { x.sched_name, x.entry_id });
                });

            migrationBuilder.CreateTable(
                name: "qrtz_job_details",
                schema: "messaging",
                columns: table => new
                {
                    sched_name = table.Column<string>(type: "text", nullable: false),
                    job_name = table.Column<string>(type: "text", nullable: false),
                    job_group = table.Column<string>(type: "text", nullable: false),
                    description = table.Column<string>(type: "text", nullable: true),
                    is_durable = table.Column<bool>(type: "boolean", nullable: false),
                    is_nonconcurrent = table.Column<bool>(type: "boolean", nullable: false),
                    is_update_data = table.Column<bool>(type: "boolean", nullable: false),
                    job_class_name = table.Column<string>(type: "text", nullable: false),
                    job_data = table.Column<byte[]>(type: "bytea", nullable: true),
                    requests_recovery = table.Column<bool>(type: "boolean", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_qrtz_job_details", x => new { x.sched_name, x.job_name, x.job_group });
                });

            migrationBuilder.CreateTable(
                name: "qrtz_locks",
                schema: "messaging",
                columns: table => new
                {
                    sched_name = table.Column<string>(type: "text", nullable: false),
                    lock_name = table.Column<string>(type: "text", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_qrtz_locks", x => new { x.sched_name, x.lock_name });
                });

            migrationBuilder.CreateTable(
                name: "qrtz_paused_job_grps",
                schema: "messaging",
                columns: table => new
                {
                    sched_name = table.Column<string>(type: "text", nullable: false),
                    job_group = table.Column<string>(type: "text", nullable: false),
                    paused_at = table.Column<long>(type: "bigint", nullable: true),
                    paused_by = table.Column<string>(type: "text", nullable: true),
                    pause_reason = table.Column<string>(type: "text", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_qrtz_paused_job_grps", x => new { x.sched_name, x.job_group });
                });

            migrationBuilder.CreateTable(
                name: "qrtz_paused_trigger_grps",
                schema: "messaging",
                columns: table => new
                {
                    sched_name = table.Column<string>(type: "text", nullable: false),
                    trigger_group = table.Column<string>(type: "text", nullable: false),
                    paused_at = table.Column<long>(type: "bigint", nullable: true),
                    paused_by = table.Column<string>(type: "text", nullable: true),
                    pause_reason = table.Column<string>(type: "text", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_qrtz_paused_trigger_grps", x => new { x.sched_name, x.trigger_group });
                });

            migrationBuilder.CreateTable(
                name: "qrtz_scheduler_state",
                schema: "messaging",
                columns: table => new
                {
                    sched_name = table.Column<string>(type: "text", nullable: false),
                    instance_name = table.Column<string>(type: "text", nullable: false),
                    checkin_interval = table.Column<long>(type: "bigint", nullable: false),
                    last_checkin_time = table.Column<long>(type: "bigint", nullable: false),
                    quartz_version = table.Column<string>(type: "text", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_qrtz_scheduler_state", x => new { x.sched_name, x.instance_name });
                });

            migrationBuilder.CreateTable(
                name: "recovery_point",
                schema: "messaging",
                columns: table => new
                {
                    id = table.Column<int>(type: "integer", nullable: false),
                    position = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_recovery_point", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "redrives",
                schema: "operations",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    status = table.Column<string>(type: "character varying(16)", maxLength: 16, nullable: false),
                    selected = table.Column<int>(type: "integer", nullable: false),
                    sent = table.Column<int>(type: "integer", nullable: false),
                    not_found = table.Column<int>(type: "integer", nullable: false),
                    quarantined = table.Column<int>(type: "integer", nullable: false),
                    canary = table.Column<bool>(type: "boolean", nullable: false),
                    rate_per_second = table.Column<int>(type: "integer", nullable: true),
                    reason = table.Column<string>(type: "character varying(500)", maxLength: 500, nullable: false),
                    requested_by = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: false),
                    requested_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    finished_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    error = table.Column<string>(type: "character varying(1000)", maxLength: 1000, nullable: true),
                    claimed_until = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_redrives", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "replays",
                schema: "event_log",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    projection = table.Column<string>(type: "character varying(50)", maxLength: 50, nullable: false),
                    generation = table.Column<int>(type: "integer", nullable: false),
                    status = table.Column<string>(type: "character varying(16)", maxLength: 16, nullable: false),
                    from = table.Column<long>(type: "bigint", nullable: false),
                    position = table.Column<long>(type: "bigint", nullable: true),
                    rate_per_second = table.Column<int>(type: "integer", nullable: true),
                    requested_by = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: false),
                    reason = table.Column<string>(type: "character varying(500)", maxLength: 500, nullable: false),
                    requested_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    finished_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_replays", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "ride_facts",
                schema: "analytics",
                columns: table => new
                {
                    generation = table.Column<int>(type: "integer", nullable: false),
                    ride_id = table.Column<Guid>(type: "uuid", nullable: false),
                    requested_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    requested_quarter = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    arrived_driver_id = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: true),
                    arrived_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    started_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    outcome = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: true),
                    ended_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    cancelled_by = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: true),
                    captured_quarter = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    captured_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    version = table.Column<int>(type: "integer", nullable: false),
                    captured_amount = table.Column<decimal>(type: "numeric(18,4)", precision: 18, scale: 4, nullable: true),
                    captured_currency = table.Column<string>(type: "character varying(3)", maxLength: 3, nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_ride_facts", x => new { x.generation, x.ride_id });
                });

            migrationBuilder.CreateTable(
                name: "rides",
                schema: "rides",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    status = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false),
                    version = table.Column<int>(type: "integer", nullable: false),
                    rider_id = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: false),
                    active_rider_id = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: true),
                    vehicle_class = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: false),
                    quote_id = table.Column<Guid>(type: "uuid", nullable: true),
                    quoted_distance_meters = table.Column<int>(type: "integer", nullable: true),
                    payment_method_id = table.Column<Guid>(type: "uuid", nullable: true),
                    driver_id = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: true),
                    active_driver_id = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: true),
                    offer_id = table.Column<Guid>(type: "uuid", nullable: true),
                    driver_name = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: true),
                    eta_seconds = table.Column<int>(type: "integer", nullable: true),
                    ended_offers = table.Column<List<Guid>>(type: "uuid[]", nullable: false),
                    search = table.Column<int>(type: "integer", nullable: false),
                    search_started_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    search_deadline_token_id = table.Column<Guid>(type: "uuid", nullable: true),
                    arrival_meters = table.Column<int>(type: "integer", nullable: true),
                    flags = table.Column<string>(type: "text", nullable: false),
                    flagged_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    requested_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    assigned_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    arrived_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    started_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    completed_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    cancelled_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    no_driver_found_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    changed_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    completed_by = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: true),
                    completion_reason = table.Column<string>(type: "character varying(500)", maxLength: 500, nullable: true),
                    cancelled_by = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: true),
                    cancellation_reason = table.Column<string>(type: "character varying(500)", maxLength: 500, nullable: true),
                    wait_seconds = table.Column<int>(type: "integer", nullable: true),
                    distance_meters = table.Column<int>(type: "integer", nullable: true),
                    payment_status = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false),
                    stars = table.Column<int>(type: "integer", nullable: true),
                    rating_comment = table.Column<string>(type: "character varying(1000)", maxLength: 1000, nullable: true),
                    rated_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    driver_vehicle_class = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: true),
                    driver_vehicle_model = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: true),
                    driver_vehicle_plate = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: true),
                    dropoff_address = table.Column<string>(type: "character varying(500)", maxLength: 500, nullable: true),
                    dropoff_lat = table.Column<double>(type: "double precision", nullable: false),
                    dropoff_lng = table.Column<double>(type: "double precision", nullable: false),
                    fare_amount = table.Column<decimal>(type: "numeric(18,4)", precision: 18, scale: 4, nullable: true),
                    fare_currency = table.Column<string>(type: "character varying(3)", maxLength: 3, nullable: true),
                    payment_amount_amount = table.Column<decimal>(type: "numeric(18,4)", precision: 18, scale: 4, nullable: true),
                    payment_amount_currency = table.Column<string>(type: "character varying(3)", maxLength: 3, nullable: true),
                    pickup_address = table.Column<string>(type: "character varying(500)", maxLength: 500, nullable: true),
                    pickup_lat = table.Column<double>(type: "double precision", nullable: false),
                    pickup_lng = table.Column<double>(type: "double precision", nullable: false),
                    quoted_fare_amount = table.Column<decimal>(type: "numeric(18,4)", precision: 18, scale: 4, nullable: true),
                    quoted_fare_currency = table.Column<string>(type: "character varying(3)", maxLength: 3, nullable: true),
                    tolls_amount = table.Column<decimal>(type: "numeric(18,4)", precision: 18, scale: 4, nullable: true),
                    tolls_currency = table.Column<string>(type: "character varying(3)", maxLength: 3, nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_rides", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "sandbox_ledger",
                schema: "payments",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    key = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    reference = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: false),
                    token = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: false),
                    outcome = table.Column<string>(type: "character varying(16)", maxLength: 16, nullable: false),
                    decline_code = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: true),
                    at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    amount_amount = table.Column<decimal>(type: "numeric(18,4)", precision: 18, scale: 4, nullable: false),
                    amount_currency = table.Column<string>(type: "character varying(3)", maxLength: 3, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_sandbox_ledger", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "scheduled_outbox_message",
                schema: "messaging",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    token = table.Column<Guid>(type: "uuid", nullable: false),
                    due_time = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    bus_name = table.Column<string>(type: "character varying(255)", unicode: false, maxLength: 255, nullable: true),
                    message = table.Column<string>(type: "text", maxLength: -1, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_scheduled_outbox_message", x => new { x.token, x.id });
                });

            migrationBuilder.CreateTable(
                name: "searches",
                schema: "matching",
                columns: table => new
                {
                    ride_id = table.Column<Guid>(type: "uuid", nullable: false),
                    rider_id = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: false),
                    status = table.Column<string>(type: "character varying(16)", maxLength: 16, nullable: false),
                    vehicle_class = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: false),
                    requested_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    offer_id = table.Column<Guid>(type: "uuid", nullable: true),
                    attempts = table.Column<int>(type: "integer", nullable: false),
                    failed_polls = table.Column<int>(type: "integer", nullable: false),
                    dropoff_address = table.Column<string>(type: "character varying(500)", maxLength: 500, nullable: true),
                    dropoff_lat = table.Column<double>(type: "double precision", nullable: false),
                    dropoff_lng = table.Column<double>(type: "double precision", nullable: false),
                    fare_amount = table.Column<decimal>(type: "numeric(18,4)", precision: 18, scale: 4, nullable: true),
                    fare_currency = table.Column<string>(type: "character varying(3)", maxLength: 3, nullable: true),
                    pickup_address = table.Column<string>(type: "character varying(500)", maxLength: 500, nullable: true),
                    pickup_lat = table.Column<double>(type: "double precision", nullable: false),
                    pickup_lng = table.Column<double>(type: "double precision", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_searches", x => x.ride_id);
                });

            migrationBuilder.CreateTable(
                name: "subject_keys",
                schema: "event_log",
                columns: table => new
                {
                    subject = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: false),
                    key = table.Column<byte[]>(type: "bytea", maxLength: 32, nullable: true),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    forgotten_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_subject_keys", x => x.subject);
                });

            migrationBuilder.CreateTable(
                name: "subscriptions",
                schema: "event_log",
                columns: table => new
                {
                    name = table.Column<string>(type: "character varying(50)", maxLength: 50, nullable: false),
                    generation = table.Column<int>(type: "integer", nullable: false),
                    is_live = table.Column<bool>(type: "boolean", nullable: false),
                    position = table.Column<long>(type: "bigint", nullable: false),
                    epoch = table.Column<long>(type: "bigint", nullable: false),
                    owner = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: true),
                    leased_until = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    stopped_because = table.Column<string>(type: "character varying(2000)", maxLength: 2000, nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_subscriptions", x => new { x.name, x.generation });
                });

            migrationBuilder.CreateTable(
                name: "unfinished_events",
                schema: "messaging",
                columns: table => new
                {
                    position = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_unfinished_events", x => x.position);
                });

            migrationBuilder.CreateTable(
                name: "archived_segments",
                schema: "event_log",
                columns: table => new
                {
                    segment = table.Column<long>(type: "bigint", nullable: false),
                    archive_id = table.Column<Guid>(type: "uuid", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_archived_segments", x => new { x.segment, x.archive_id });
                    table.ForeignKey(
                        name: "fk_archived_segments_archives_archive_id",
                        column: x => x.archive_id,
                        principalSchema: "event_log",
                        principalTable: "archives",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "archived_streams",
                schema: "event_log",
                columns: table => new
                {
                    stream_id = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: false),
                    archive_id = table.Column<Guid>(type: "uuid", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_archived_streams", x => new { x.stream_id, x.archive_id });
                    table.ForeignKey(
                        name: "fk_archived_streams_archives_archive_id",
                        column: x => x.archive_id,
                        principalSchema: "event_log",
                        principalTable: "archives",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "qrtz_triggers",
                schema: "messaging",
                columns: table => new
                {
                    sched_name = table.Column<string>(type: "text", nullable: false),
                    trigger_name = table.Column<string>(type: "text", nullable: false),
                    trigger_group = table.Column<string>(type: "text", nullable: false),
                    calendar_name = table.Column<string>(type: "text", nullable: true),
                    continuation_condition = table.Column<int>(type: "integer", nullable: true),
                    continues_trigger_group = table.Column<string>(type: "text", nullable: true),
                    continues_trigger_name = table.Column<string>(type: "text", nullable: true),
                    description = table.Column<string>(type: "text", nullable: true),
                    end_time = table.Column<long>(type: "bigint", nullable: true),
                    execution_group = table.Column<string>(type: "text", nullable: true),
                    fixed_delay = table.Column<bool>(type: "boolean", nullable: true),
                    job_data = table.Column<byte[]>(type: "bytea", nullable: true),
                    job_group = table.Column<string>(type: "text", nullable: false),
                    job_name = table.Column<string>(type: "text", nullable: false),
                    misfire_instr = table.Column<short>(type: "smallint", nullable: true),
                    misfire_orig_fire_time = table.Column<long>(type: "bigint", nullable: true),
                    misfire_threshold = table.Column<long>(type: "bigint", nullable: true),
                    next_fire_time = table.Column<long>(type: "bigint", nullable: true),
                    overlap_policy = table.Column<int>(type: "integer", nullable: true),
                    paused_at = table.Column<long>(type: "bigint", nullable: true),
                    paused_by = table.Column<string>(type: "text", nullable: true),
                    pause_reason = table.Column<string>(type: "text", nullable: true),
                    preferred_node = table.Column<string>(type: "text", nullable: true),
                    preferred_node_auto = table.Column<bool>(type: "boolean", nullable: false, defaultValue: false),
                    prev_fire_time = table.Column<long>(type: "bigint", nullable: true),
                    priority = table.Column<int>(type: "integer", nullable: true),
                    retry_attempt = table.Column<int>(type: "integer", nullable: true),
                    retry_policy = table.Column<string>(type: "text", nullable: true),
                    start_time = table.Column<long>(type: "bigint", nullable: false),
                    trigger_state = table.Column<string>(type: "text", nullable: false),
                    trigger_type = table.Column<string>(type: "text", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_qrtz_triggers", x => new { x.sched_name, x.trigger_name, x.trigger_group });
                    table.ForeignKey(
                        name: "fk_qrtz_triggers_qrtz_job_details",
                        columns: x => new { x.sched_name, x.job_name, x.job_group },
                        principalSchema: "messaging",
                        principalTable: "qrtz_job_details",
                        principalColumns: new[] { "sched_name", "job_name", "job_group" });
                });

            migrationBuilder.CreateTable(
                name: "qrtz_blob_triggers",
                schema: "messaging",
                columns: table => new
                {
                    sched_name = table.Column<string>(type: "text", nullable: false),
                    trigger_name = table.Column<string>(type: "text", nullable: false),
                    trigger_group = table.Column<string>(type: "text", nullable: false),
                    blob_data = table.Column<byte[]>(type: "bytea", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_qrtz_blob_triggers", x => new { x.sched_name, x.trigger_name, x.trigger_group });
                    table.ForeignKey(
                        name: "fk_qrtz_blob_triggers_qrtz_triggers",
                        columns: x => new { x.sched_name, x.trigger_name, x.trigger_group },
                        principalSchema: "messaging",
                        principalTable: "qrtz_triggers",
                        principalColumns: new[] { "sched_name", "trigger_name", "trigger_group" },
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "qrtz_cron_triggers",
                schema: "messaging",
                columns: table => new
                {
                    sched_name = table.Column<string>(type: "text", nullable: false),
                    trigger_name = table.Column<string>(type: "text", nullable: false),
                    trigger_group = table.Column<string>(type: "text", nullable: false),
                    cron_expression = table.Column<string>(type: "text", nullable: false),
                    time_zone_id = table.Column<string>(type: "text", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_qrtz_cron_triggers", x => new { x.sched_name, x.trigger_name, x.trigger_group });
                    table.ForeignKey(
                        name: "fk_qrtz_cron_triggers_qrtz_triggers",
                        columns: x => new { x.sched_name, x.trigger_name, x.trigger_group },
                        principalSchema: "messaging",
                        principalTable: "qrtz_triggers",
                        principalColumns: new[] { "sched_name", "trigger_name", "trigger_group" },
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "qrtz_simple_triggers",
                schema: "messaging",
                columns: table => new
                {
                    sched_name = table.Column<string>(type: "text", nullable: false),
                    trigger_name = table.Column<string>(type: "text", nullable: false),
                    trigger_group = table.Column<string>(type: "text", nullable: false),
                    repeat_count = table.Column<long>(type: "bigint", nullable: false),
                    repeat_interval = table.Column<long>(type: "bigint", nullable: false),
                    times_triggered = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_qrtz_simple_triggers", x => new { x.sched_name, x.trigger_name, x.trigger_group });
                    table.ForeignKey(
                        name: "fk_qrtz_simple_triggers_qrtz_triggers",
                        columns: x => new { x.sched_name, x.trigger_name, x.trigger_group },
                        principalSchema: "messaging",
                        principalTable: "qrtz_triggers",
                        principalColumns: new[] { "sched_name", "trigger_name", "trigger_group" },
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "qrtz_simprop_triggers",
                schema: "messaging",
                columns: table => new
                {
                    sched_name = table.Column<string>(type: "text", nullable: false),
                    trigger_name = table.Column<string>(type: "text", nullable: false),
                    trigger_group = table.Column<string>(type: "text", nullable: false),
                    bool_prop_1 = table.Column<bool>(type: "boolean", nullable: true),
                    bool_prop_2 = table.Column<bool>(type: "boolean", nullable: true),
                    dec_prop_1 = table.Column<decimal>(type: "numeric(18,4)", precision: 18, scale: 4, nullable: true),
                    dec_prop_2 = table.Column<decimal>(type: "numeric(18,4)", precision: 18, scale: 4, nullable: true),
                    int_prop_1 = table.Column<int>(type: "integer", nullable: true),
                    int_prop_2 = table.Column<int>(type: "integer", nullable: true),
                    long_prop_1 = table.Column<long>(type: "bigint", nullable: true),
                    long_prop_2 = table.Column<long>(type: "bigint", nullable: true),
                    str_prop_1 = table.Column<string>(type: "text", nullable: true),
                    str_prop_2 = table.Column<string>(type: "text", nullable: true),
                    str_prop_3 = table.Column<string>(type: "text", nullable: true),
                    time_zone_id = table.Column<string>(type: "text", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_qrtz_simprop_triggers", x => new { x.sched_name, x.trigger_name, x.trigger_group });
                    table.ForeignKey(
                        name: "fk_qrtz_simprop_triggers_qrtz_triggers",
                        columns: x => new { x.sched_name, x.trigger_name, x.trigger_group },
                        principalSchema: "messaging",
                        principalTable: "qrtz_triggers",
                        principalColumns: new[] { "sched_name", "trigger_name", "trigger_group" },
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.InsertData(
                schema: "event_log",
                table: "archiver",
                columns: new[] { "id", "archive_id", "due_at", "position" },
                values: new object[] { 1, null, new DateTimeOffset(new DateTime(1, 1, 1, 0, 0, 0, 0, DateTimeKind.Unspecified), new TimeSpan(0, 0, 0, 0, 0)), 0L });

            migrationBuilder.InsertData(
                schema: "event_log",
                table: "head",
                columns: new[] { "id", "position" },
                values: new object[] { 1, 0L });

            migrationBuilder.InsertData(
                schema: "messaging",
                table: "recovery_point",
                columns: new[] { "id", "position" },
                values: new object[] { 1, 0L });

            migrationBuilder.CreateIndex(
                name: "ix_alert_notifications_alert_id",
                schema: "operations",
                table: "alert_notifications",
                column: "alert_id");

            migrationBuilder.CreateIndex(
                name: "ix_alert_notifications_status_next_attempt_at",
                schema: "operations",
                table: "alert_notifications",
                columns: new[] { "status", "next_attempt_at" });

            migrationBuilder.CreateIndex(
                name: "ix_alerts_ended_at",
                schema: "operations",
                table: "alerts",
                column: "ended_at");

            migrationBuilder.CreateIndex(
                name: "ix_alerts_name_subject",
                schema: "operations",
                table: "alerts",
                columns: new[] { "name", "subject" },
                unique: true,
                filter: "ended_at IS NULL");

            migrationBuilder.CreateIndex(
                name: "ix_archived_segments_archive_id",
                schema: "event_log",
                table: "archived_segments",
                column: "archive_id");

            migrationBuilder.CreateIndex(
                name: "ix_archived_streams_archive_id",
                schema: "event_log",
                table: "archived_streams",
                column: "archive_id");

            migrationBuilder.CreateIndex(
                name: "ix_archives_first_position",
                schema: "event_log",
                table: "archives",
                column: "first_position");

            migrationBuilder.CreateIndex(
                name: "ix_assignments_driver_id_stage",
                schema: "drivers",
                table: "assignments",
                columns: new[] { "driver_id", "stage" });

            migrationBuilder.CreateIndex(
                name: "ix_assignments_ride_id",
                schema: "drivers",
                table: "assignments",
                column: "ride_id");

            migrationBuilder.CreateIndex(
                name: "ix_audits_status_claimed_until",
                schema: "operations",
                table: "audits",
                columns: new[] { "status", "claimed_until" });

            migrationBuilder.CreateIndex(
                name: "ix_candidates_reserved_ride_id",
                schema: "matching",
                table: "candidates",
                column: "reserved_ride_id",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_dead_letter_messages_queue_at_id",
                schema: "messaging",
                table: "dead_letter_messages",
                columns: new[] { "queue", "at", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_driver_positions_lat_lng",
                schema: "drivers",
                table: "driver_positions",
                columns: new[] { "lat", "lng" });

            migrationBuilder.CreateIndex(
                name: "ix_earnings_generation_driver_id_at",
                schema: "drivers",
                table: "earnings",
                columns: new[] { "generation", "driver_id", "at" });

            migrationBuilder.CreateIndex(
                name: "ix_events_event_id",
                schema: "event_log",
                table: "events",
                column: "event_id",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_events_position",
                schema: "event_log",
                table: "events",
                column: "position",
                unique: true,
                filter: "position IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_events_sequence",
                schema: "event_log",
                table: "events",
                column: "sequence",
                filter: "position IS NULL");

            migrationBuilder.CreateIndex(
                name: "ix_events_stream_id_stream_version",
                schema: "event_log",
                table: "events",
                columns: new[] { "stream_id", "stream_version" },
                unique: true,
                filter: "stream_version IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_failed_messages_driver_id",
                schema: "operations",
                table: "failed_messages",
                column: "driver_id");

            migrationBuilder.CreateIndex(
                name: "ix_failed_messages_failed_hour_fingerprint",
                schema: "operations",
                table: "failed_messages",
                columns: new[] { "failed_hour", "fingerprint" });

            migrationBuilder.CreateIndex(
                name: "ix_failed_messages_message_id",
                schema: "operations",
                table: "failed_messages",
                column: "message_id");

            migrationBuilder.CreateIndex(
                name: "ix_failed_messages_outcome",
                schema: "operations",
                table: "failed_messages",
                column: "outcome");

            migrationBuilder.CreateIndex(
                name: "ix_failed_messages_redrive_id_status_ordered_by_id",
                schema: "operations",
                table: "failed_messages",
                columns: new[] { "redrive_id", "status", "ordered_by", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_failed_messages_ride_id_status_failed_hour_failed_at",
                schema: "operations",
                table: "failed_messages",
                columns: new[] { "ride_id", "status", "failed_hour", "failed_at" });

            migrationBuilder.CreateIndex(
                name: "ix_failed_messages_rider_id",
                schema: "operations",
                table: "failed_messages",
                column: "rider_id");

            migrationBuilder.CreateIndex(
                name: "ix_failed_messages_status_failed_at_id",
                schema: "operations",
                table: "failed_messages",
                columns: new[] { "status", "failed_at", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_failed_messages_status_queue_fingerprint",
                schema: "operations",
                table: "failed_messages",
                columns: new[] { "status", "queue", "fingerprint" });

            migrationBuilder.CreateIndex(
                name: "ix_failed_messages_status_status_at",
                schema: "operations",
                table: "failed_messages",
                columns: new[] { "status", "status_at" });

            migrationBuilder.CreateIndex(
                name: "ix_idempotency_keys_created_at",
                schema: "platform",
                table: "idempotency_keys",
                column: "created_at");

            migrationBuilder.CreateIndex(
                name: "ix_inbox_state_received",
                schema: "messaging",
                table: "inbox_state",
                column: "received");

            migrationBuilder.CreateIndex(
                name: "ix_invoices_number",
                schema: "billing",
                table: "invoices",
                column: "number",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_invoices_ride_id",
                schema: "billing",
                table: "invoices",
                column: "ride_id",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_notifications_generation_audience_recipient_id_at_id",
                schema: "notifications",
                table: "notifications",
                columns: new[] { "generation", "audience", "recipient_id", "at", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_notifications_generation_event_id_audience_recipient_id",
                schema: "notifications",
                table: "notifications",
                columns: new[] { "generation", "event_id", "audience", "recipient_id" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_offer_facts_generation_offered_at",
                schema: "analytics",
                table: "offer_facts",
                columns: new[] { "generation", "offered_at" });

            migrationBuilder.CreateIndex(
                name: "ix_offer_facts_generation_ride_id",
                schema: "analytics",
                table: "offer_facts",
                columns: new[] { "generation", "ride_id" });

            migrationBuilder.CreateIndex(
                name: "ix_offers_active_driver_id",
                schema: "matching",
                table: "offers",
                column: "active_driver_id",
                unique: true,
                filter: "active_driver_id IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_offers_active_ride_id",
                schema: "matching",
                table: "offers",
                column: "active_ride_id",
                unique: true,
                filter: "active_ride_id IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_offers_ride_id_driver_id",
                schema: "matching",
                table: "offers",
                columns: new[] { "ride_id", "driver_id" });

            migrationBuilder.CreateIndex(
                name: "ix_operator_actions_at_id",
                schema: "operations",
                table: "operator_actions",
                columns: new[] { "at", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_outbox_message_bus_name_next_attempt_time_sequence_number",
                schema: "messaging",
                table: "outbox_message",
                columns: new[] { "bus_name", "next_attempt_time", "sequence_number" });

            migrationBuilder.CreateIndex(
                name: "ix_outbox_message_ordering_key_ordering_number",
                schema: "messaging",
                table: "outbox_message",
                columns: new[] { "ordering_key", "ordering_number" });

            migrationBuilder.CreateIndex(
                name: "ix_payment_methods_rider_id",
                schema: "payments",
                table: "payment_methods",
                column: "rider_id");

            migrationBuilder.CreateIndex(
                name: "ix_payments_payment_id",
                schema: "payments",
                table: "payments",
                column: "payment_id",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_payments_rider_id_status",
                schema: "payments",
                table: "payments",
                columns: new[] { "rider_id", "status" });

            migrationBuilder.CreateIndex(
                name: "ix_payments_status_changed_at",
                schema: "payments",
                table: "payments",
                columns: new[] { "status", "changed_at" });

            migrationBuilder.CreateIndex(
                name: "idx_qrtz_ft_inst_job_req_rcvry",
                schema: "messaging",
                table: "qrtz_fired_triggers",
                columns: new[] { "sched_name", "instance_name", "requests_recovery" });

            migrationBuilder.CreateIndex(
                name: "idx_qrtz_ft_j_g",
                schema: "messaging",
                table: "qrtz_fired_triggers",
                columns: new[] { "sched_name", "job_name", "job_group" });

            migrationBuilder.CreateIndex(
                name: "idx_qrtz_ft_t_g",
                schema: "messaging",
                table: "qrtz_fired_triggers",
                columns: new[] { "sched_name", "trigger_name", "trigger_group" });

            migrationBuilder.CreateIndex(
                name: "idx_qrtz_j_g_n",
                schema: "messaging",
                table: "qrtz_job_details",
                columns: new[] { "sched_name", "job_group", "job_name" });

            migrationBuilder.CreateIndex(
                name: "idx_qrtz_t_c",
                schema: "messaging",
                table: "qrtz_triggers",
                columns: new[] { "sched_name", "calendar_name" });

            migrationBuilder.CreateIndex(
                name: "idx_qrtz_t_g_n",
                schema: "messaging",
                table: "qrtz_triggers",
                columns: new[] { "sched_name", "trigger_group", "trigger_name" });

            migrationBuilder.CreateIndex(
                name: "idx_qrtz_t_j",
                schema: "messaging",
                table: "qrtz_triggers",
                columns: new[] { "sched_name", "job_name", "job_group" });

            migrationBuilder.CreateIndex(
                name: "idx_qrtz_t_nft_st",
                schema: "messaging",
                table: "qrtz_triggers",
                columns: new[] { "sched_name", "trigger_state", "next_fire_time", "priority", "misfire_instr" },
                descending: new[] { false, false, false, true, false });

            migrationBuilder.CreateIndex(
                name: "ix_redrives_finished_at_claimed_until",
                schema: "operations",
                table: "redrives",
                columns: new[] { "finished_at", "claimed_until" });

            migrationBuilder.CreateIndex(
                name: "ix_redrives_requested_at_id",
                schema: "operations",
                table: "redrives",
                columns: new[] { "requested_at", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_replays_projection",
                schema: "event_log",
                table: "replays",
                column: "projection",
                unique: true,
                filter: "status = 'running'");

            migrationBuilder.CreateIndex(
                name: "ix_replays_requested_at_id",
                schema: "event_log",
                table: "replays",
                columns: new[] { "requested_at", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_ride_facts_generation_captured_at",
                schema: "analytics",
                table: "ride_facts",
                columns: new[] { "generation", "captured_at" });

            migrationBuilder.CreateIndex(
                name: "ix_ride_facts_generation_requested_at",
                schema: "analytics",
                table: "ride_facts",
                columns: new[] { "generation", "requested_at" });

            migrationBuilder.CreateIndex(
                name: "ix_rides_active_driver_id",
                schema: "rides",
                table: "rides",
                column: "active_driver_id",
                unique: true,
                filter: "active_driver_id IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_rides_active_rider_id",
                schema: "rides",
                table: "rides",
                column: "active_rider_id",
                unique: true,
                filter: "active_rider_id IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_rides_driver_id_assigned_at",
                schema: "rides",
                table: "rides",
                columns: new[] { "driver_id", "assigned_at" });

            migrationBuilder.CreateIndex(
                name: "ix_rides_flagged_at",
                schema: "rides",
                table: "rides",
                column: "flagged_at",
                filter: "flagged_at IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_rides_requested_at",
                schema: "rides",
                table: "rides",
                column: "requested_at");

            migrationBuilder.CreateIndex(
                name: "ix_rides_rider_id",
                schema: "rides",
                table: "rides",
                column: "rider_id",
                filter: "payment_status IN ('Outstanding', 'Retrying')");

            migrationBuilder.CreateIndex(
                name: "ix_rides_rider_id_requested_at",
                schema: "rides",
                table: "rides",
                columns: new[] { "rider_id", "requested_at" });

            migrationBuilder.CreateIndex(
                name: "ix_sandbox_ledger_key",
                schema: "payments",
                table: "sandbox_ledger",
                column: "key",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_sandbox_ledger_reference",
                schema: "payments",
                table: "sandbox_ledger",
                column: "reference");

            migrationBuilder.CreateIndex(
                name: "ix_scheduled_outbox_message_bus_name_due_time",
                schema: "messaging",
                table: "scheduled_outbox_message",
                columns: new[] { "bus_name", "due_time" });

            migrationBuilder.CreateIndex(
                name: "ix_searches_requested_at",
                schema: "matching",
                table: "searches",
                column: "requested_at",
                filter: "status = 'Searching'");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "alert_notifications",
                schema: "operations");

            migrationBuilder.DropTable(
                name: "alerts",
                schema: "operations");

            migrationBuilder.DropTable(
                name: "archived_segments",
                schema: "event_log");

            migrationBuilder.DropTable(
                name: "archived_streams",
                schema: "event_log");

            migrationBuilder.DropTable(
                name: "archiver",
                schema: "event_log");

            migrationBuilder.DropTable(
                name: "assignments",
                schema: "drivers");

            migrationBuilder.DropTable(
                name: "audits",
                schema: "operations");

            migrationBuilder.DropTable(
                name: "candidates",
                schema: "matching");

            migrationBuilder.DropTable(
                name: "charges",
                schema: "payments");

            migrationBuilder.DropTable(
                name: "commissions",
                schema: "drivers");

            migrationBuilder.DropTable(
                name: "dead_letter_messages",
                schema: "messaging");

            migrationBuilder.DropTable(
                name: "development_secret",
                schema: "platform");

            migrationBuilder.DropTable(
                name: "driver_positions",
                schema: "drivers");

            migrationBuilder.DropTable(
                name: "earnings",
                schema: "drivers");

            migrationBuilder.DropTable(
                name: "ended_rides",
                schema: "drivers");

            migrationBuilder.DropTable(
                name: "endpoint_minutes",
                schema: "operations");

            migrationBuilder.DropTable(
                name: "events",
                schema: "event_log");

            migrationBuilder.DropTable(
                name: "failed_messages",
                schema: "operations");

            migrationBuilder.DropTable(
                name: "failure_notes",
                schema: "operations");

            migrationBuilder.DropTable(
                name: "hashes",
                schema: "event_log");

            migrationBuilder.DropTable(
                name: "head",
                schema: "event_log");

            migrationBuilder.DropTable(
                name: "idempotency_keys",
                schema: "platform");

            migrationBuilder.DropTable(
                name: "inbox_state",
                schema: "messaging");

            migrationBuilder.DropTable(
                name: "invoices",
                schema: "billing");

            migrationBuilder.DropTable(
                name: "notifications",
                schema: "notifications");

            migrationBuilder.DropTable(
                name: "offer_facts",
                schema: "analytics");

            migrationBuilder.DropTable(
                name: "offers",
                schema: "matching");

            migrationBuilder.DropTable(
                name: "operator_actions",
                schema: "operations");

            migrationBuilder.DropTable(
                name: "outbox_message",
                schema: "messaging");

            migrationBuilder.DropTable(
                name: "outbox_state",
                schema: "messaging");

            migrationBuilder.DropTable(
                name: "parked_events",
                schema: "event_log");

            migrationBuilder.DropTable(
                name: "paused_endpoints",
                schema: "operations");

            migrationBuilder.DropTable(
                name: "payment_methods",
                schema: "payments");

            migrationBuilder.DropTable(
                name: "payments",
                schema: "payments");

            migrationBuilder.DropTable(
                name: "profiles",
                schema: "drivers");

            migrationBuilder.DropTable(
                name: "qrtz_blob_triggers",
                schema: "messaging");

            migrationBuilder.DropTable(
                name: "qrtz_calendars",
                schema: "messaging");

            migrationBuilder.DropTable(
                name: "qrtz_cron_triggers",
                schema: "messaging");

            migrationBuilder.DropTable(
                name: "qrtz_fired_triggers",
                schema: "messaging");

            migrationBuilder.DropTable(
                name: "qrtz_locks",
                schema: "messaging");

            migrationBuilder.DropTable(
                name: "qrtz_paused_job_grps",
                schema: "messaging");

            migrationBuilder.DropTable(
                name: "qrtz_paused_trigger_grps",
                schema: "messaging");

            migrationBuilder.DropTable(
                name: "qrtz_scheduler_state",
                schema: "messaging");

            migrationBuilder.DropTable(
                name: "qrtz_simple_triggers",
                schema: "messaging");

            migrationBuilder.DropTable(
                name: "qrtz_simprop_triggers",
                schema: "messaging");

            migrationBuilder.DropTable(
                name: "recovery_point",
                schema: "messaging");

            migrationBuilder.DropTable(
                name: "redrives",
                schema: "operations");

            migrationBuilder.DropTable(
                name: "replays",
                schema: "event_log");

            migrationBuilder.DropTable(
                name: "ride_facts",
                schema: "analytics");

            migrationBuilder.DropTable(
                name: "rides",
                schema: "rides");

            migrationBuilder.DropTable(
                name: "sandbox_ledger",
                schema: "payments");

            migrationBuilder.DropTable(
                name: "scheduled_outbox_message",
                schema: "messaging");

            migrationBuilder.DropTable(
                name: "searches",
                schema: "matching");

            migrationBuilder.DropTable(
                name: "subject_keys",
                schema: "event_log");

            migrationBuilder.DropTable(
                name: "subscriptions",
                schema: "event_log");

            migrationBuilder.DropTable(
                name: "unfinished_events",
                schema: "messaging");

            migrationBuilder.DropTable(
                name: "archives",
                schema: "event_log");

            migrationBuilder.DropTable(
                name: "qrtz_triggers",
                schema: "messaging");

            migrationBuilder.DropTable(
                name: "qrtz_job_details",
                schema: "messaging");
        }
    }
}
