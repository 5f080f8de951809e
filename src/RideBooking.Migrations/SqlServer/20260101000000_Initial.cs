using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace RideBooking.Migrations.SqlServer
{
    /// <inheritdoc />
    public partial class Initial : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.EnsureSchema(
                name: "messaging");

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
                name: "QRTZ_CALENDARS",
                schema: "messaging",
                columns: table => new
                {
                    SCHED_NAME = table.Column<string>(type: "nvarchar(120)", nullable: false, collation: "Latin1_General_BIN2"),
                    CALENDAR_NAME = table.Column<string>(type: "nvarchar(200)", nullable: false, collation: "Latin1_General_BIN2"),
                    CALENDAR = table.Column<byte[]>(type: "varbinary(max)", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_QRTZ_CALENDARS", x => new { x.SCHED_NAME, x.CALENDAR_NAME });
                });

            migrationBuilder.CreateTable(
                name: "QRTZ_FIRED_TRIGGERS",
                schema: "messaging",
                columns: table => new
                {
                    SCHED_NAME = table.Column<string>(type: "nvarchar(120)", nullable: false, collation: "Latin1_General_BIN2"),
                    ENTRY_ID = table.Column<string>(type: "nvarchar(140)", nullable: false, collation: "Latin1_General_BIN2"),
                    EXECUTION_GROUP = table.Column<string>(type: "nvarchar(200)", nullable: true, collation: "Latin1_General_BIN2"),
                    FIRED_TIME = table.Column<long>(type: "bigint", nullable: false),
                    INSTANCE_NAME = table.Column<string>(type: "nvarchar(200)", nullable: false, collation: "Latin1_General_BIN2"),
                    INTERRUPT_REQUESTED_TIME = table.Column<long>(type: "bigint", nullable: true),
                    IS_NONCONCURRENT = table.Column<bool>(type: "bit", nullable: true),
                    JOB_GROUP = table.Column<string>(type: "nvarchar(150)", nullable: true, collation: "Latin1_General_BIN2"),
                    JOB_NAME = table.Column<string>(type: "nvarchar(150)", nullable: true, collation: "Latin1_General_BIN2"),
                    PRIORITY = table.Column<int>(type: "int", nullable: false),
                    PROGRESS = table.Column<int>(type: "int", nullable: true),
                    PROGRESS_MESSAGE = table.Column<string>(type: "nvarchar(250)", nullable: true, collation: "Latin1_General_BIN2"),
                    REQUESTS_RECOVERY = table.Column<bool>(type: "bit", nullable: true),
                    SCHED_TIME = table.Column<long>(type: "bigint", nullable: false),
                    STATE = table.Column<string>(type: "nvarchar(16)", nullable: false, collation: "Latin1_General_BIN2"),
                    TRIGGER_GROUP = table.Column<string>(type: "nvarchar(150)", nullable: false, collation: "Latin1_General_BIN2"),
                    TRIGGER_NAME = table.Column<string>(type: "nvarchar(150)", nullable: false, collation: "Latin1_General_BIN2")
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_QRTZ_FIRED_TRIGGERS", x => new { x.SCHED_NAME, x.ENTRY_ID });
                });

            migrationBuilder.CreateTable(
                name: "QRTZ_JOB_DETAILS",
                schema: "messaging",
                columns: table => new
                {
                    SCHED_NAME = table.Column<string>(type: "nvarchar(120)", nullable: false, collation: "Latin1_General_BIN2"),
                    JOB_NAME = table.Column<string>(type: "nvarchar(150)", nullable: false, collation: "Latin1_General_BIN2"),
                    JOB_GROUP = table.Column<string>(type: "nvarchar(150)", nullable: false, collation: "Latin1_General_BIN2"),
                    DESCRIPTION = table.Column<string>(type: "nvarchar(250)", nullable: true, collation: "Latin1_General_BIN2"),
                    IS_DURABLE = table.Column<bool>(type: "bit", nullable: false),
                    IS_NONCONCURRENT = table.Column<bool>(type: "bit", nullable: false),
                    IS_UPDATE_DATA = table.Column<bool>(type: "bit", nullable: false),
                    JOB_CLASS_NAME = table.Column<string>(type: "nvarchar(250)", nullable: false, collation: "Latin1_General_BIN2"),
                    JOB_DATA = table.Column<byte[]>(type: "varbinary(max)", nullable: true),
                    REQUESTS_RECOVERY = table.Column<bool>(type: "bit", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_QRTZ_JOB_DETAILS", x => new { x.SCHED_NAME, x.JOB_NAME, x.JOB_GROUP });
                });

            migrationBuilder.CreateTable(
                name: "QRTZ_LOCKS",
                schema: "messaging",
                columns: table => new
                {
                    SCHED_NAME = table.Column<string>(type: "nvarchar(120)", nullable: false, collation: "Latin1_General_BIN2"),
                    LOCK_NAME = table.Column<string>(type: "nvarchar(40)", nullable: false, collation: "Latin1_General_BIN2")
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_QRTZ_LOCKS", x => new { x.SCHED_NAME, x.LOCK_NAME });
                });

            migrationBuilder.CreateTable(
                name: "QRTZ_PAUSED_JOB_GRPS",
                schema: "messaging",
                columns: table => new
                {
                    SCHED_NAME = table.Column<string>(type: "nvarchar(120)", nullable: false, collation: "Latin1_General_BIN2"),
                    JOB_GROUP = table.Column<string>(type: "nvarchar(150)", nullable: false, collation: "Latin1_General_BIN2"),
                    PAUSED_AT = table.Column<long>(type: "bigint", nullable: true),
                    PAUSED_BY = table.Column<string>(type: "nvarchar(200)", nullable: true, collation: "Latin1_General_BIN2"),
                    PAUSE_REASON = table.Column<string>(type: "nvarchar(250)", nullable: true, collation: "Latin1_General_BIN2")
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_QRTZ_PAUSED_JOB_GRPS", x => new { x.SCHED_NAME, x.JOB_GROUP });
                });

            migrationBuilder.CreateTable(
                name: "QRTZ_PAUSED_TRIGGER_GRPS",
                schema: "messaging",
                columns: table => new
                {
                    SCHED_NAME = table.Column<string>(type: "nvarchar(120)", nullable: false, collation: "Latin1_General_BIN2"),
                    TRIGGER_GROUP = table.Column<string>(type: "nvarchar(150)", nullable: false, collation: "Latin1_General_BIN2"),
                    PAUSED_AT = table.Column<long>(type: "bigint", nullable: true),
                    PAUSED_BY = table.Column<string>(type: "nvarchar(200)", nullable: true, collation: "Latin1_General_BIN2"),
                    PAUSE_REASON = table.Column<string>(type: "nvarchar(250)", nullable: true, collation: "Latin1_General_BIN2")
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_QRTZ_PAUSED_TRIGGER_GRPS", x => new { x.SCHED_NAME, x.TRIGGER_GROUP });
                });

            migrationBuilder.CreateTable(
                name: "QRTZ_SCHEDULER_STATE",
                schema: "messaging",
                columns: table => new
                {
                    SCHED_NAME = table.Column<string>(type: "nvarchar(120)", nullable: false, collation: "Latin1_General_BIN2"),
                    INSTANCE_NAME = table.Column<string>(type: "nvarchar(200)", nullable: false, collation: "Latin1_General_BIN2"),
                    CHECKIN_INTERVAL = table.Column<long>(type: "bigint", nullable: false),
                    LAST_CHECKIN_TIME = table.Column<long>(type: "bigint", nullable: false),
                    QUARTZ_VERSION = table.Column<string>(type: "nvarchar(20)", nullable: true, collation: "Latin1_General_BIN2")
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_QRTZ_SCHEDULER_STATE", x => new { x.SCHED_NAME, x.INSTANCE_NAME });
                });

            migrationBuilder.CreateTable(
                name: "alert_notifications",
                schema: "operations",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uniqueidentifier", nullable: false),
                    alert_id = table.Column<Guid>(type: "uniqueidentifier", nullable: false),
                    alert_name = table.Column<string>(type: "nvarchar(32)", maxLength: 32, nullable: false, collation: "Latin1_General_BIN2"),
                    subject = table.Column<string>(type: "nvarchar(255)", maxLength: 255, nullable: false, collation: "Latin1_General_BIN2"),
                    since = table.Column<DateTimeOffset>(type: "datetimeoffset", nullable: false),
                    ended_at = table.Column<DateTimeOffset>(type: "datetimeoffset", nullable: true),
                    value = table.Column<double>(type: "float", nullable: false),
                    limit = table.Column<double>(type: "float", nullable: true),
                    text = table.Column<string>(type: "nvarchar(500)", maxLength: 500, nullable: false, collation: "Latin1_General_BIN2"),
                    created_at = table.Column<DateTimeOffset>(type: "datetimeoffset", nullable: false),
                    status = table.Column<string>(type: "nvarchar(16)", maxLength: 16, nullable: false, collation: "Latin1_General_BIN2"),
                    attempts = table.Column<int>(type: "int", nullable: false),
                    next_attempt_at = table.Column<DateTimeOffset>(type: "datetimeoffset", nullable: false),
                    last_error = table.Column<string>(type: "nvarchar(300)", maxLength: 300, nullable: true, collation: "Latin1_General_BIN2"),
                    finished_at = table.Column<DateTimeOffset>(type: "datetimeoffset", nullable: true)
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
                    id = table.Column<Guid>(type: "uniqueidentifier", nullable: false),
                    name = table.Column<string>(type: "nvarchar(32)", maxLength: 32, nullable: false, collation: "Latin1_General_BIN2"),
                    subject = table.Column<string>(type: "nvarchar(255)", maxLength: 255, nullable: false, collation: "Latin1_General_BIN2"),
                    since = table.Column<DateTimeOffset>(type: "datetimeoffset", nullable: false),
                    last_seen_at = table.Column<DateTimeOffset>(type: "datetimeoffset", nullable: false),
                    value = table.Column<double>(type: "float", nullable: false),
                    limit = table.Column<double>(type: "float", nullable: true),
                    text = table.Column<string>(type: "nvarchar(500)", maxLength: 500, nullable: false, collation: "Latin1_General_BIN2"),
                    ended_at = table.Column<DateTimeOffset>(type: "datetimeoffset", nullable: true)
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
                    id = table.Column<int>(type: "int", nullable: false),
                    position = table.Column<long>(type: "bigint", nullable: false),
                    due_at = table.Column<DateTimeOffset>(type: "datetimeoffset", nullable: false),
                    archive_id = table.Column<Guid>(type: "uniqueidentifier", nullable: true)
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
                    id = table.Column<Guid>(type: "uniqueidentifier", nullable: false),
                    first_position = table.Column<long>(type: "bigint", nullable: false),
                    last_position = table.Column<long>(type: "bigint", nullable: false),
                    last_timestamp = table.Column<DateTimeOffset>(type: "datetimeoffset", nullable: false),
                    events = table.Column<int>(type: "int", nullable: false),
                    streams = table.Column<int>(type: "int", nullable: false),
                    size = table.Column<int>(type: "int", nullable: false),
                    sha256 = table.Column<byte[]>(type: "varbinary(32)", maxLength: 32, nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "datetimeoffset", nullable: false),
                    data = table.Column<byte[]>(type: "varbinary(max)", nullable: true)
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
                    offer_id = table.Column<Guid>(type: "uniqueidentifier", nullable: false),
                    ride_id = table.Column<Guid>(type: "uniqueidentifier", nullable: false),
                    driver_id = table.Column<string>(type: "nvarchar(255)", maxLength: 255, nullable: false, collation: "Latin1_General_BIN2"),
                    stage = table.Column<int>(type: "int", nullable: false),
                    expires_at = table.Column<DateTimeOffset>(type: "datetimeoffset", nullable: true),
                    assigned_at = table.Column<DateTimeOffset>(type: "datetimeoffset", nullable: true),
                    dropoff_address = table.Column<string>(type: "nvarchar(500)", maxLength: 500, nullable: true, collation: "Latin1_General_BIN2"),
                    dropoff_lat = table.Column<double>(type: "float", nullable: true),
                    dropoff_lng = table.Column<double>(type: "float", nullable: true),
                    pickup_address = table.Column<string>(type: "nvarchar(500)", maxLength: 500, nullable: true, collation: "Latin1_General_BIN2"),
                    pickup_lat = table.Column<double>(type: "float", nullable: true),
                    pickup_lng = table.Column<double>(type: "float", nullable: true)
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
                    id = table.Column<Guid>(type: "uniqueidentifier", nullable: false),
                    status = table.Column<string>(type: "nvarchar(16)", maxLength: 16, nullable: false, collation: "Latin1_General_BIN2"),
                    position = table.Column<long>(type: "bigint", nullable: false),
                    last_position = table.Column<long>(type: "bigint", nullable: false),
                    rides = table.Column<int>(type: "int", nullable: false),
                    deviation_count = table.Column<int>(type: "int", nullable: false),
                    deviations = table.Column<string>(type: "nvarchar(max)", nullable: false, collation: "Latin1_General_BIN2"),
                    requested_by = table.Column<string>(type: "nvarchar(255)", maxLength: 255, nullable: false, collation: "Latin1_General_BIN2"),
                    requested_at = table.Column<DateTimeOffset>(type: "datetimeoffset", nullable: false),
                    finished_at = table.Column<DateTimeOffset>(type: "datetimeoffset", nullable: true),
                    claimed_until = table.Column<DateTimeOffset>(type: "datetimeoffset", nullable: false)
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
                    driver_id = table.Column<string>(type: "nvarchar(255)", maxLength: 255, nullable: false, collation: "Latin1_General_BIN2"),
                    shift_id = table.Column<Guid>(type: "uniqueidentifier", nullable: false),
                    online = table.Column<bool>(type: "bit", nullable: false),
                    name = table.Column<string>(type: "nvarchar(100)", maxLength: 100, nullable: false, collation: "Latin1_General_BIN2"),
                    reserved_ride_id = table.Column<Guid>(type: "uniqueidentifier", nullable: true),
                    reserved_offer_id = table.Column<Guid>(type: "uniqueidentifier", nullable: true),
                    missed_offers = table.Column<int>(type: "int", nullable: false),
                    vehicle_class = table.Column<string>(type: "nvarchar(32)", maxLength: 32, nullable: false, collation: "Latin1_General_BIN2"),
                    vehicle_model = table.Column<string>(type: "nvarchar(100)", maxLength: 100, nullable: false, collation: "Latin1_General_BIN2"),
                    vehicle_plate = table.Column<string>(type: "nvarchar(20)", maxLength: 20, nullable: false, collation: "Latin1_General_BIN2")
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
                    ride_id = table.Column<Guid>(type: "uniqueidentifier", nullable: false),
                    key_number = table.Column<int>(type: "int", nullable: false),
                    token = table.Column<string>(type: "nvarchar(100)", maxLength: 100, nullable: false, collation: "Latin1_General_BIN2"),
                    at = table.Column<DateTimeOffset>(type: "datetimeoffset", nullable: false),
                    amount_amount = table.Column<decimal>(type: "decimal(18,4)", precision: 18, scale: 4, nullable: false),
                    amount_currency = table.Column<string>(type: "nvarchar(3)", maxLength: 3, nullable: false, collation: "Latin1_General_BIN2")
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
                    valid_from = table.Column<DateTimeOffset>(type: "datetimeoffset", nullable: false),
                    share = table.Column<decimal>(type: "decimal(29,28)", precision: 29, scale: 28, nullable: false),
                    cancellation_share = table.Column<decimal>(type: "decimal(29,28)", precision: 29, scale: 28, nullable: false)
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
                    id = table.Column<Guid>(type: "uniqueidentifier", nullable: false),
                    queue = table.Column<string>(type: "nvarchar(255)", maxLength: 255, nullable: false, collation: "Latin1_General_BIN2"),
                    at = table.Column<DateTimeOffset>(type: "datetimeoffset", nullable: false),
                    headers = table.Column<string>(type: "nvarchar(max)", nullable: false, collation: "Latin1_General_BIN2"),
                    content_type = table.Column<string>(type: "nvarchar(255)", maxLength: 255, nullable: true, collation: "Latin1_General_BIN2"),
                    body = table.Column<byte[]>(type: "varbinary(max)", nullable: false)
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
                    id = table.Column<int>(type: "int", nullable: false),
                    value = table.Column<byte[]>(type: "varbinary(64)", maxLength: 64, nullable: false)
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
                    driver_id = table.Column<string>(type: "nvarchar(255)", maxLength: 255, nullable: false, collation: "Latin1_General_BIN2"),
                    lat = table.Column<double>(type: "float", nullable: false),
                    lng = table.Column<double>(type: "float", nullable: false),
                    heading = table.Column<double>(type: "float", nullable: true),
                    sequence = table.Column<long>(type: "bigint", nullable: false),
                    at = table.Column<DateTimeOffset>(type: "datetimeoffset", nullable: false),
                    active_at = table.Column<DateTimeOffset>(type: "datetimeoffset", nullable: true),
                    sequence_before_shift = table.Column<long>(type: "bigint", nullable: true),
                    restarted_at = table.Column<DateTimeOffset>(type: "datetimeoffset", nullable: true),
                    sequence_before_leap = table.Column<long>(type: "bigint", nullable: true),
                    doubts = table.Column<int>(type: "int", nullable: false),
                    doubted_lat = table.Column<double>(type: "float", nullable: true),
                    doubted_lng = table.Column<double>(type: "float", nullable: true),
                    doubted_since = table.Column<DateTimeOffset>(type: "datetimeoffset", nullable: true),
                    doubted_sequence = table.Column<long>(type: "bigint", nullable: true),
                    version = table.Column<int>(type: "int", nullable: false)
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
                    generation = table.Column<int>(type: "int", nullable: false),
                    ride_id = table.Column<Guid>(type: "uniqueidentifier", nullable: false),
                    driver_id = table.Column<string>(type: "nvarchar(255)", maxLength: 255, nullable: false, collation: "Latin1_General_BIN2"),
                    cancelled = table.Column<bool>(type: "bit", nullable: false),
                    at = table.Column<DateTimeOffset>(type: "datetimeoffset", nullable: false),
                    earned_amount = table.Column<decimal>(type: "decimal(18,4)", precision: 18, scale: 4, nullable: false),
                    earned_currency = table.Column<string>(type: "nvarchar(3)", maxLength: 3, nullable: false, collation: "Latin1_General_BIN2"),
                    fare_amount = table.Column<decimal>(type: "decimal(18,4)", precision: 18, scale: 4, nullable: false),
                    fare_currency = table.Column<string>(type: "nvarchar(3)", maxLength: 3, nullable: false, collation: "Latin1_General_BIN2"),
                    tolls_amount = table.Column<decimal>(type: "decimal(18,4)", precision: 18, scale: 4, nullable: false),
                    tolls_currency = table.Column<string>(type: "nvarchar(3)", maxLength: 3, nullable: false, collation: "Latin1_General_BIN2")
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
                    ride_id = table.Column<Guid>(type: "uniqueidentifier", nullable: false),
                    at = table.Column<DateTimeOffset>(type: "datetimeoffset", nullable: false)
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
                    minute = table.Column<DateTimeOffset>(type: "datetimeoffset", nullable: false),
                    endpoint = table.Column<string>(type: "nvarchar(255)", maxLength: 255, nullable: false, collation: "Latin1_General_BIN2"),
                    host = table.Column<Guid>(type: "uniqueidentifier", nullable: false),
                    handled = table.Column<int>(type: "int", nullable: false),
                    failed = table.Column<int>(type: "int", nullable: false),
                    retries = table.Column<int>(type: "int", nullable: false),
                    redeliveries = table.Column<int>(type: "int", nullable: false),
                    lag_sum = table.Column<double>(type: "float", nullable: false),
                    lag_max = table.Column<double>(type: "float", nullable: false),
                    processing_sum = table.Column<double>(type: "float", nullable: false),
                    processing_max = table.Column<double>(type: "float", nullable: false),
                    critical_time_sum = table.Column<double>(type: "float", nullable: false),
                    critical_time_max = table.Column<double>(type: "float", nullable: false),
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
                        .Annotation("SqlServer:Identity", "1, 1"),
                    event_id = table.Column<Guid>(type: "uniqueidentifier", nullable: false),
                    event_type = table.Column<string>(type: "nvarchar(100)", maxLength: 100, nullable: false, collation: "Latin1_General_BIN2"),
                    version = table.Column<int>(type: "int", nullable: false),
                    timestamp = table.Column<DateTimeOffset>(type: "datetimeoffset", nullable: false),
                    source = table.Column<string>(type: "nvarchar(50)", maxLength: 50, nullable: false, collation: "Latin1_General_BIN2"),
                    stream_id = table.Column<string>(type: "nvarchar(255)", maxLength: 255, nullable: false, collation: "Latin1_General_BIN2"),
                    stream_version = table.Column<int>(type: "int", nullable: true),
                    position = table.Column<long>(type: "bigint", nullable: true),
                    correlation_id = table.Column<Guid>(type: "uniqueidentifier", nullable: true),
                    causation_id = table.Column<Guid>(type: "uniqueidentifier", nullable: true),
                    trace_parent = table.Column<string>(type: "nvarchar(55)", maxLength: 55, nullable: true, collation: "Latin1_General_BIN2"),
                    payload = table.Column<string>(type: "nvarchar(max)", nullable: false, collation: "Latin1_General_BIN2"),
                    subject = table.Column<string>(type: "nvarchar(255)", maxLength: 255, nullable: true, collation: "Latin1_General_BIN2")
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
                    id = table.Column<string>(type: "nvarchar(300)", maxLength: 300, nullable: false, collation: "Latin1_General_BIN2"),
                    queue = table.Column<string>(type: "nvarchar(255)", maxLength: 255, nullable: false, collation: "Latin1_General_BIN2"),
                    message_id = table.Column<string>(type: "nvarchar(255)", maxLength: 255, nullable: true, collation: "Latin1_General_BIN2"),
                    message_type = table.Column<string>(type: "nvarchar(255)", maxLength: 255, nullable: true, collation: "Latin1_General_BIN2"),
                    ride_id = table.Column<Guid>(type: "uniqueidentifier", nullable: true),
                    rider_id = table.Column<string>(type: "nvarchar(255)", maxLength: 255, nullable: true, collation: "Latin1_General_BIN2"),
                    driver_id = table.Column<string>(type: "nvarchar(255)", maxLength: 255, nullable: true, collation: "Latin1_General_BIN2"),
                    fingerprint = table.Column<string>(type: "nvarchar(16)", maxLength: 16, nullable: false, collation: "Latin1_General_BIN2"),
                    exception_type = table.Column<string>(type: "nvarchar(500)", maxLength: 500, nullable: true, collation: "Latin1_General_BIN2"),
                    exception_message = table.Column<string>(type: "nvarchar(500)", maxLength: 500, nullable: true, collation: "Latin1_General_BIN2"),
                    top_frame = table.Column<string>(type: "nvarchar(500)", maxLength: 500, nullable: true, collation: "Latin1_General_BIN2"),
                    failed_at = table.Column<DateTimeOffset>(type: "datetimeoffset", nullable: false),
                    failed_hour = table.Column<int>(type: "int", nullable: false),
                    sent_at = table.Column<DateTimeOffset>(type: "datetimeoffset", nullable: true),
                    attempts = table.Column<int>(type: "int", nullable: false),
                    status = table.Column<string>(type: "nvarchar(16)", maxLength: 16, nullable: false, collation: "Latin1_General_BIN2"),
                    status_at = table.Column<DateTimeOffset>(type: "datetimeoffset", nullable: false),
                    redrive_id = table.Column<Guid>(type: "uniqueidentifier", nullable: true),
                    outcome = table.Column<string>(type: "nvarchar(16)", maxLength: 16, nullable: true, collation: "Latin1_General_BIN2"),
                    redrives = table.Column<int>(type: "int", nullable: false),
                    is_quarantined = table.Column<bool>(type: "bit", nullable: false),
                    ordered_by = table.Column<DateTimeOffset>(type: "datetimeoffset", nullable: false),
                    history = table.Column<string>(type: "nvarchar(max)", nullable: false, collation: "Latin1_General_BIN2"),
                    edits = table.Column<int>(type: "int", nullable: false),
                    original_body = table.Column<byte[]>(type: "varbinary(max)", nullable: true),
                    headers = table.Column<string>(type: "nvarchar(max)", nullable: false, collation: "Latin1_General_BIN2"),
                    routing_key = table.Column<string>(type: "nvarchar(255)", maxLength: 255, nullable: true, collation: "Latin1_General_BIN2"),
                    content_type = table.Column<string>(type: "nvarchar(255)", maxLength: 255, nullable: true, collation: "Latin1_General_BIN2"),
                    body = table.Column<byte[]>(type: "varbinary(max)", nullable: false)
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
                    fingerprint = table.Column<string>(type: "nvarchar(16)", maxLength: 16, nullable: false, collation: "Latin1_General_BIN2"),
                    text = table.Column<string>(type: "nvarchar(500)", maxLength: 500, nullable: false, collation: "Latin1_General_BIN2"),
                    by = table.Column<string>(type: "nvarchar(255)", maxLength: 255, nullable: false, collation: "Latin1_General_BIN2"),
                    at = table.Column<DateTimeOffset>(type: "datetimeoffset", nullable: false)
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
                    hash = table.Column<byte[]>(type: "varbinary(32)", maxLength: 32, nullable: false)
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
                    id = table.Column<int>(type: "int", nullable: false),
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
                    id = table.Column<Guid>(type: "uniqueidentifier", nullable: false),
                    caller = table.Column<string>(type: "nvarchar(320)", maxLength: 320, nullable: false, collation: "Latin1_General_BIN2"),
                    fingerprint = table.Column<string>(type: "varchar(64)", unicode: false, maxLength: 64, nullable: false, collation: "Latin1_General_BIN2"),
                    request_id = table.Column<Guid>(type: "uniqueidentifier", nullable: false),
                    owner = table.Column<Guid>(type: "uniqueidentifier", nullable: false),
                    lease_until = table.Column<DateTimeOffset>(type: "datetimeoffset", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "datetimeoffset", nullable: false),
                    status = table.Column<int>(type: "int", nullable: true),
                    content_type = table.Column<string>(type: "nvarchar(255)", maxLength: 255, nullable: true, collation: "Latin1_General_BIN2"),
                    location = table.Column<string>(type: "nvarchar(2048)", maxLength: 2048, nullable: true, collation: "Latin1_General_BIN2"),
                    entity_tag = table.Column<string>(type: "nvarchar(255)", maxLength: 255, nullable: true, collation: "Latin1_General_BIN2"),
                    body = table.Column<byte[]>(type: "varbinary(max)", nullable: true),
                    body_too_large = table.Column<bool>(type: "bit", nullable: false)
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
                    message_id = table.Column<Guid>(type: "uniqueidentifier", nullable: false),
                    consumer_id = table.Column<Guid>(type: "uniqueidentifier", nullable: false),
                    lock_id = table.Column<Guid>(type: "uniqueidentifier", nullable: false),
                    receive_count = table.Column<int>(type: "int", nullable: false),
                    received = table.Column<DateTime>(type: "datetime2", nullable: false),
                    consumed = table.Column<DateTime>(type: "datetime2", nullable: true),
                    had_effect = table.Column<bool>(type: "bit", nullable: true),
                    delivered = table.Column<DateTime>(type: "datetime2", nullable: true)
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
                    id = table.Column<Guid>(type: "uniqueidentifier", nullable: false),
                    ride_id = table.Column<Guid>(type: "uniqueidentifier", nullable: false),
                    rider_id = table.Column<string>(type: "nvarchar(255)", maxLength: 255, nullable: false, collation: "Latin1_General_BIN2"),
                    number = table.Column<string>(type: "nvarchar(32)", maxLength: 32, nullable: false, collation: "Latin1_General_BIN2"),
                    tariff_version = table.Column<string>(type: "nvarchar(50)", maxLength: 50, nullable: false, collation: "Latin1_General_BIN2"),
                    waiver_reason = table.Column<string>(type: "nvarchar(50)", maxLength: 50, nullable: true, collation: "Latin1_General_BIN2"),
                    issued_at = table.Column<DateTimeOffset>(type: "datetimeoffset", nullable: false),
                    paid_at = table.Column<DateTimeOffset>(type: "datetimeoffset", nullable: true),
                    written_off_at = table.Column<DateTimeOffset>(type: "datetimeoffset", nullable: true),
                    version = table.Column<int>(type: "int", nullable: false),
                    lines = table.Column<string>(type: "nvarchar(max)", nullable: false, collation: "Latin1_General_BIN2"),
                    total_amount = table.Column<decimal>(type: "decimal(18,4)", precision: 18, scale: 4, nullable: false),
                    total_currency = table.Column<string>(type: "nvarchar(3)", maxLength: 3, nullable: false, collation: "Latin1_General_BIN2")
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
                    generation = table.Column<int>(type: "int", nullable: false),
                    id = table.Column<Guid>(type: "uniqueidentifier", nullable: false),
                    event_id = table.Column<Guid>(type: "uniqueidentifier", nullable: false),
                    audience = table.Column<string>(type: "nvarchar(10)", maxLength: 10, nullable: false, collation: "Latin1_General_BIN2"),
                    recipient_id = table.Column<string>(type: "nvarchar(255)", maxLength: 255, nullable: false, collation: "Latin1_General_BIN2"),
                    kind = table.Column<string>(type: "nvarchar(50)", maxLength: 50, nullable: false, collation: "Latin1_General_BIN2"),
                    title = table.Column<string>(type: "nvarchar(100)", maxLength: 100, nullable: false, collation: "Latin1_General_BIN2"),
                    text = table.Column<string>(type: "nvarchar(1000)", maxLength: 1000, nullable: false, collation: "Latin1_General_BIN2"),
                    ride_id = table.Column<Guid>(type: "uniqueidentifier", nullable: false),
                    at = table.Column<DateTimeOffset>(type: "datetimeoffset", nullable: false)
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
                    generation = table.Column<int>(type: "int", nullable: false),
                    offer_id = table.Column<Guid>(type: "uniqueidentifier", nullable: false),
                    ride_id = table.Column<Guid>(type: "uniqueidentifier", nullable: false),
                    driver_id = table.Column<string>(type: "nvarchar(255)", maxLength: 255, nullable: false, collation: "Latin1_General_BIN2"),
                    offered_at = table.Column<DateTimeOffset>(type: "datetimeoffset", nullable: true),
                    answer = table.Column<string>(type: "nvarchar(10)", maxLength: 10, nullable: false, collation: "Latin1_General_BIN2"),
                    released = table.Column<bool>(type: "bit", nullable: false),
                    version = table.Column<int>(type: "int", nullable: false)
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
                    offer_id = table.Column<Guid>(type: "uniqueidentifier", nullable: false),
                    ride_id = table.Column<Guid>(type: "uniqueidentifier", nullable: false),
                    driver_id = table.Column<string>(type: "nvarchar(255)", maxLength: 255, nullable: false, collation: "Latin1_General_BIN2"),
                    status = table.Column<string>(type: "nvarchar(16)", maxLength: 16, nullable: false, collation: "Latin1_General_BIN2"),
                    active_ride_id = table.Column<Guid>(type: "uniqueidentifier", nullable: true),
                    active_driver_id = table.Column<string>(type: "nvarchar(255)", maxLength: 255, nullable: true, collation: "Latin1_General_BIN2"),
                    attempt = table.Column<int>(type: "int", nullable: false),
                    pickup_eta_seconds = table.Column<int>(type: "int", nullable: false),
                    offered_at = table.Column<DateTimeOffset>(type: "datetimeoffset", nullable: false),
                    expires_at = table.Column<DateTimeOffset>(type: "datetimeoffset", nullable: false),
                    answered_at = table.Column<DateTimeOffset>(type: "datetimeoffset", nullable: true)
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
                    id = table.Column<Guid>(type: "uniqueidentifier", nullable: false),
                    at = table.Column<DateTimeOffset>(type: "datetimeoffset", nullable: false),
                    by = table.Column<string>(type: "nvarchar(255)", maxLength: 255, nullable: false, collation: "Latin1_General_BIN2"),
                    action = table.Column<string>(type: "nvarchar(32)", maxLength: 32, nullable: false, collation: "Latin1_General_BIN2"),
                    queue = table.Column<string>(type: "nvarchar(255)", maxLength: 255, nullable: true, collation: "Latin1_General_BIN2"),
                    fingerprint = table.Column<string>(type: "nvarchar(16)", maxLength: 16, nullable: true, collation: "Latin1_General_BIN2"),
                    ride_id = table.Column<Guid>(type: "uniqueidentifier", nullable: true),
                    rider_id = table.Column<string>(type: "nvarchar(255)", maxLength: 255, nullable: true, collation: "Latin1_General_BIN2"),
                    subscription = table.Column<string>(type: "nvarchar(50)", maxLength: 50, nullable: true, collation: "Latin1_General_BIN2"),
                    position = table.Column<long>(type: "bigint", nullable: true),
                    count = table.Column<int>(type: "int", nullable: false),
                    reason = table.Column<string>(type: "nvarchar(500)", maxLength: 500, nullable: false, collation: "Latin1_General_BIN2")
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
                    id = table.Column<Guid>(type: "uniqueidentifier", nullable: false),
                    sequence_number = table.Column<long>(type: "bigint", nullable: false),
                    message_id = table.Column<Guid>(type: "uniqueidentifier", nullable: false),
                    message_type = table.Column<string>(type: "nvarchar(max)", maxLength: -1, nullable: false, collation: "Latin1_General_BIN2"),
                    content_type = table.Column<string>(type: "nvarchar(256)", maxLength: 256, nullable: false, collation: "Latin1_General_BIN2"),
                    body = table.Column<string>(type: "nvarchar(max)", maxLength: -1, nullable: false, collation: "Latin1_General_BIN2"),
                    headers = table.Column<string>(type: "nvarchar(max)", maxLength: -1, nullable: true, collation: "Latin1_General_BIN2"),
                    properties = table.Column<string>(type: "nvarchar(max)", maxLength: -1, nullable: true, collation: "Latin1_General_BIN2"),
                    conversation_id = table.Column<Guid>(type: "uniqueidentifier", nullable: true),
                    correlation_id = table.Column<Guid>(type: "uniqueidentifier", nullable: true),
                    initiator_id = table.Column<Guid>(type: "uniqueidentifier", nullable: true),
                    request_id = table.Column<Guid>(type: "uniqueidentifier", nullable: true),
                    source_address = table.Column<string>(type: "nvarchar(1024)", maxLength: 1024, nullable: true, collation: "Latin1_General_BIN2"),
                    destination_address = table.Column<string>(type: "nvarchar(1024)", maxLength: 1024, nullable: true, collation: "Latin1_General_BIN2"),
                    response_address = table.Column<string>(type: "nvarchar(1024)", maxLength: 1024, nullable: true, collation: "Latin1_General_BIN2"),
                    fault_address = table.Column<string>(type: "nvarchar(1024)", maxLength: 1024, nullable: true, collation: "Latin1_General_BIN2"),
                    sent_time = table.Column<DateTime>(type: "datetime2", nullable: false),
                    enqueue_time = table.Column<DateTime>(type: "datetime2", nullable: true),
                    expiration_time = table.Column<DateTime>(type: "datetime2", nullable: true),
                    inbox_message_id = table.Column<Guid>(type: "uniqueidentifier", nullable: true),
                    inbox_consumer_id = table.Column<Guid>(type: "uniqueidentifier", nullable: true),
                    outbox_id = table.Column<Guid>(type: "uniqueidentifier", nullable: true),
                    bus_name = table.Column<string>(type: "varchar(255)", unicode: false, maxLength: 255, nullable: true, collation: "Latin1_General_BIN2"),
                    attempt_count = table.Column<int>(type: "int", nullable: false),
                    ordering_key = table.Column<string>(type: "varchar(255)", unicode: false, maxLength: 255, nullable: true, collation: "Latin1_General_BIN2"),
                    ordering_number = table.Column<long>(type: "bigint", nullable: false),
                    next_attempt_time = table.Column<DateTime>(type: "datetime2", nullable: false),
                    last_error = table.Column<string>(type: "nvarchar(max)", maxLength: -1, nullable: true, collation: "Latin1_General_BIN2")
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
                    outbox_id = table.Column<Guid>(type: "uniqueidentifier", nullable: false),
                    lock_id = table.Column<Guid>(type: "uniqueidentifier", nullable: false),
                    created = table.Column<DateTime>(type: "datetime2", nullable: false),
                    delivered = table.Column<DateTime>(type: "datetime2", nullable: true),
                    expires = table.Column<DateTime>(type: "datetime2", nullable: false)
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
                    subscription = table.Column<string>(type: "nvarchar(50)", maxLength: 50, nullable: false, collation: "Latin1_General_BIN2"),
                    generation = table.Column<int>(type: "int", nullable: false),
                    position = table.Column<long>(type: "bigint", nullable: false),
                    event_id = table.Column<Guid>(type: "uniqueidentifier", nullable: false),
                    event_type = table.Column<string>(type: "nvarchar(100)", maxLength: 100, nullable: false, collation: "Latin1_General_BIN2"),
                    version = table.Column<int>(type: "int", nullable: false),
                    stream_id = table.Column<string>(type: "nvarchar(255)", maxLength: 255, nullable: false, collation: "Latin1_General_BIN2"),
                    error = table.Column<string>(type: "nvarchar(2000)", maxLength: 2000, nullable: false, collation: "Latin1_General_BIN2"),
                    parked_at = table.Column<DateTimeOffset>(type: "datetimeoffset", nullable: false),
                    retry_requested_at = table.Column<DateTimeOffset>(type: "datetimeoffset", nullable: true)
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
                    name = table.Column<string>(type: "nvarchar(255)", maxLength: 255, nullable: false, collation: "Latin1_General_BIN2"),
                    at = table.Column<DateTimeOffset>(type: "datetimeoffset", nullable: false),
                    by = table.Column<string>(type: "nvarchar(255)", maxLength: 255, nullable: true, collation: "Latin1_General_BIN2"),
                    reason = table.Column<string>(type: "nvarchar(500)", maxLength: 500, nullable: false, collation: "Latin1_General_BIN2")
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
                    id = table.Column<Guid>(type: "uniqueidentifier", nullable: false),
                    rider_id = table.Column<string>(type: "nvarchar(255)", maxLength: 255, nullable: false, collation: "Latin1_General_BIN2"),
                    token = table.Column<string>(type: "nvarchar(100)", maxLength: 100, nullable: false, collation: "Latin1_General_BIN2"),
                    brand = table.Column<string>(type: "nvarchar(32)", maxLength: 32, nullable: false, collation: "Latin1_General_BIN2"),
                    last4 = table.Column<string>(type: "nvarchar(4)", maxLength: 4, nullable: false, collation: "Latin1_General_BIN2"),
                    label = table.Column<string>(type: "nvarchar(64)", maxLength: 64, nullable: true, collation: "Latin1_General_BIN2"),
                    default_since = table.Column<DateTimeOffset>(type: "datetimeoffset", nullable: true),
                    added_at = table.Column<DateTimeOffset>(type: "datetimeoffset", nullable: false)
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
                    ride_id = table.Column<Guid>(type: "uniqueidentifier", nullable: false),
                    status = table.Column<string>(type: "nvarchar(32)", maxLength: 32, nullable: false, collation: "Latin1_General_BIN2"),
                    version = table.Column<int>(type: "int", nullable: false),
                    payment_id = table.Column<Guid>(type: "uniqueidentifier", nullable: false),
                    rider_id = table.Column<string>(type: "nvarchar(255)", maxLength: 255, nullable: false, collation: "Latin1_General_BIN2"),
                    payment_method_id = table.Column<Guid>(type: "uniqueidentifier", nullable: true),
                    attempt = table.Column<int>(type: "int", nullable: false),
                    key_number = table.Column<int>(type: "int", nullable: false),
                    unresolved = table.Column<bool>(type: "bit", nullable: false),
                    failure_code = table.Column<string>(type: "nvarchar(64)", maxLength: 64, nullable: true, collation: "Latin1_General_BIN2"),
                    retry_at = table.Column<DateTimeOffset>(type: "datetimeoffset", nullable: true),
                    retry_token_id = table.Column<Guid>(type: "uniqueidentifier", nullable: true),
                    opened_at = table.Column<DateTimeOffset>(type: "datetimeoffset", nullable: false),
                    changed_at = table.Column<DateTimeOffset>(type: "datetimeoffset", nullable: false),
                    captured_at = table.Column<DateTimeOffset>(type: "datetimeoffset", nullable: true),
                    due_amount = table.Column<decimal>(type: "decimal(18,4)", precision: 18, scale: 4, nullable: false),
                    due_currency = table.Column<string>(type: "nvarchar(3)", maxLength: 3, nullable: false, collation: "Latin1_General_BIN2")
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
                    driver_id = table.Column<string>(type: "nvarchar(255)", maxLength: 255, nullable: false, collation: "Latin1_General_BIN2"),
                    name = table.Column<string>(type: "nvarchar(100)", maxLength: 100, nullable: false, collation: "Latin1_General_BIN2"),
                    shift_id = table.Column<Guid>(type: "uniqueidentifier", nullable: true),
                    online_since = table.Column<DateTimeOffset>(type: "datetimeoffset", nullable: true),
                    vehicle_class = table.Column<string>(type: "nvarchar(32)", maxLength: 32, nullable: false, collation: "Latin1_General_BIN2"),
                    vehicle_model = table.Column<string>(type: "nvarchar(100)", maxLength: 100, nullable: false, collation: "Latin1_General_BIN2"),
                    vehicle_plate = table.Column<string>(type: "nvarchar(20)", maxLength: 20, nullable: false, collation: "Latin1_General_BIN2")
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_profiles", x => x.driver_id);
                });

            migrationBuilder.CreateTable(
                name: "recovery_point",
                schema: "messaging",
                columns: table => new
                {
                    id = table.Column<int>(type: "int", nullable: false),
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
                    id = table.Column<Guid>(type: "uniqueidentifier", nullable: false),
                    status = table.Column<string>(type: "nvarchar(16)", maxLength: 16, nullable: false, collation: "Latin1_General_BIN2"),
                    selected = table.Column<int>(type: "int", nullable: false),
                    sent = table.Column<int>(type: "int", nullable: false),
                    not_found = table.Column<int>(type: "int", nullable: false),
                    quarantined = table.Column<int>(type: "int", nullable: false),
                    canary = table.Column<bool>(type: "bit", nullable: false),
                    rate_per_second = table.Column<int>(type: "int", nullable: true),
                    reason = table.Column<string>(type: "nvarchar(500)", maxLength: 500, nullable: false, collation: "Latin1_General_BIN2"),
                    requested_by = table.Column<string>(type: "nvarchar(255)", maxLength: 255, nullable: false, collation: "Latin1_General_BIN2"),
                    requested_at = table.Column<DateTimeOffset>(type: "datetimeoffset", nullable: false),
                    finished_at = table.Column<DateTimeOffset>(type: "datetimeoffset", nullable: true),
                    error = table.Column<string>(type: "nvarchar(1000)", maxLength: 1000, nullable: true, collation: "Latin1_General_BIN2"),
                    claimed_until = table.Column<DateTimeOffset>(type: "datetimeoffset", nullable: false)
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
                    id = table.Column<Guid>(type: "uniqueidentifier", nullable: false),
                    projection = table.Column<string>(type: "nvarchar(50)", maxLength: 50, nullable: false, collation: "Latin1_General_BIN2"),
                    generation = table.Column<int>(type: "int", nullable: false),
                    status = table.Column<string>(type: "nvarchar(16)", maxLength: 16, nullable: false, collation: "Latin1_General_BIN2"),
                    from = table.Column<long>(type: "bigint", nullable: false),
                    position = table.Column<long>(type: "bigint", nullable: true),
                    rate_per_second = table.Column<int>(type: "int", nullable: true),
                    requested_by = table.Column<string>(type: "nvarchar(255)", maxLength: 255, nullable: false, collation: "Latin1_General_BIN2"),
                    reason = table.Column<string>(type: "nvarchar(500)", maxLength: 500, nullable: false, collation: "Latin1_General_BIN2"),
                    requested_at = table.Column<DateTimeOffset>(type: "datetimeoffset", nullable: false),
                    finished_at = table.Column<DateTimeOffset>(type: "datetimeoffset", nullable: true)
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
                    generation = table.Column<int>(type: "int", nullable: false),
                    ride_id = table.Column<Guid>(type: "uniqueidentifier", nullable: false),
                    requested_at = table.Column<DateTimeOffset>(type: "datetimeoffset", nullable: true),
                    requested_quarter = table.Column<DateTimeOffset>(type: "datetimeoffset", nullable: true),
                    arrived_driver_id = table.Column<string>(type: "nvarchar(255)", maxLength: 255, nullable: true, collation: "Latin1_General_BIN2"),
                    arrived_at = table.Column<DateTimeOffset>(type: "datetimeoffset", nullable: true),
                    started_at = table.Column<DateTimeOffset>(type: "datetimeoffset", nullable: true),
                    outcome = table.Column<string>(type: "nvarchar(20)", maxLength: 20, nullable: true, collation: "Latin1_General_BIN2"),
                    ended_at = table.Column<DateTimeOffset>(type: "datetimeoffset", nullable: true),
                    cancelled_by = table.Column<string>(type: "nvarchar(20)", maxLength: 20, nullable: true, collation: "Latin1_General_BIN2"),
                    captured_quarter = table.Column<DateTimeOffset>(type: "datetimeoffset", nullable: true),
                    captured_at = table.Column<DateTimeOffset>(type: "datetimeoffset", nullable: true),
                    version = table.Column<int>(type: "int", nullable: false),
                    captured_amount = table.Column<decimal>(type: "decimal(18,4)", precision: 18, scale: 4, nullable: true),
                    captured_currency = table.Column<string>(type: "nvarchar(3)", maxLength: 3, nullable: true, collation: "Latin1_General_BIN2")
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
                    id = table.Column<Guid>(type: "uniqueidentifier", nullable: false),
                    status = table.Column<string>(type: "nvarchar(20)", maxLength: 20, nullable: false, collation: "Latin1_General_BIN2"),
                    version = table.Column<int>(type: "int", nullable: false),
                    rider_id = table.Column<string>(type: "nvarchar(255)", maxLength: 255, nullable: false, collation: "Latin1_General_BIN2"),
                    active_rider_id = table.Column<string>(type: "nvarchar(255)", maxLength: 255, nullable: true, collation: "Latin1_General_BIN2"),
                    vehicle_class = table.Column<string>(type: "nvarchar(32)", maxLength: 32, nullable: false, collation: "Latin1_General_BIN2"),
                    quote_id = table.Column<Guid>(type: "uniqueidentifier", nullable: true),
                    quoted_distance_meters = table.Column<int>(type: "int", nullable: true),
                    payment_method_id = table.Column<Guid>(type: "uniqueidentifier", nullable: true),
                    driver_id = table.Column<string>(type: "nvarchar(255)", maxLength: 255, nullable: true, collation: "Latin1_General_BIN2"),
                    active_driver_id = table.Column<string>(type: "nvarchar(255)", maxLength: 255, nullable: true, collation: "Latin1_General_BIN2"),
                    offer_id = table.Column<Guid>(type: "uniqueidentifier", nullable: true),
                    driver_name = table.Column<string>(type: "nvarchar(200)", maxLength: 200, nullable: true, collation: "Latin1_General_BIN2"),
                    eta_seconds = table.Column<int>(type: "int", nullable: true),
                    ended_offers = table.Column<string>(type: "nvarchar(max)", nullable: false, collation: "Latin1_General_BIN2"),
                    search = table.Column<int>(type: "int", nullable: false),
                    search_started_at = table.Column<DateTimeOffset>(type: "datetimeoffset", nullable: false),
                    search_deadline_token_id = table.Column<Guid>(type: "uniqueidentifier", nullable: true),
                    arrival_meters = table.Column<int>(type: "int", nullable: true),
                    flags = table.Column<string>(type: "nvarchar(max)", nullable: false, collation: "Latin1_General_BIN2"),
                    flagged_at = table.Column<DateTimeOffset>(type: "datetimeoffset", nullable: true),
                    requested_at = table.Column<DateTimeOffset>(type: "datetimeoffset", nullable: false),
                    assigned_at = table.Column<DateTimeOffset>(type: "datetimeoffset", nullable: true),
                    arrived_at = table.Column<DateTimeOffset>(type: "datetimeoffset", nullable: true),
                    started_at = table.Column<DateTimeOffset>(type: "datetimeoffset", nullable: true),
                    completed_at = table.Column<DateTimeOffset>(type: "datetimeoffset", nullable: true),
                    cancelled_at = table.Column<DateTimeOffset>(type: "datetimeoffset", nullable: true),
                    no_driver_found_at = table.Column<DateTimeOffset>(type: "datetimeoffset", nullable: true),
                    changed_at = table.Column<DateTimeOffset>(type: "datetimeoffset", nullable: false),
                    completed_by = table.Column<string>(type: "nvarchar(20)", maxLength: 20, nullable: true, collation: "Latin1_General_BIN2"),
                    completion_reason = table.Column<string>(type: "nvarchar(500)", maxLength: 500, nullable: true, collation: "Latin1_General_BIN2"),
                    cancelled_by = table.Column<string>(type: "nvarchar(20)", maxLength: 20, nullable: true, collation: "Latin1_General_BIN2"),
                    cancellation_reason = table.Column<string>(type: "nvarchar(500)", maxLength: 500, nullable: true, collation: "Latin1_General_BIN2"),
                    wait_seconds = table.Column<int>(type: "int", nullable: true),
                    distance_meters = table.Column<int>(type: "int", nullable: true),
                    payment_status = table.Column<string>(type: "nvarchar(20)", maxLength: 20, nullable: false, collation: "Latin1_General_BIN2"),
                    stars = table.Column<int>(type: "int", nullable: true),
                    rating_comment = table.Column<string>(type: "nvarchar(1000)", maxLength: 1000, nullable: true, collation: "Latin1_General_BIN2"),
                    rated_at = table.Column<DateTimeOffset>(type: "datetimeoffset", nullable: true),
                    driver_vehicle_class = table.Column<string>(type: "nvarchar(32)", maxLength: 32, nullable: true, collation: "Latin1_General_BIN2"),
                    driver_vehicle_model = table.Column<string>(type: "nvarchar(100)", maxLength: 100, nullable: true, collation: "Latin1_General_BIN2"),
                    driver_vehicle_plate = table.Column<string>(type: "nvarchar(20)", maxLength: 20, nullable: true, collation: "Latin1_General_BIN2"),
                    dropoff_address = table.Column<string>(type: "nvarchar(500)", maxLength: 500, nullable: true, collation: "Latin1_General_BIN2"),
                    dropoff_lat = table.Column<double>(type: "float", nullable: false),
                    dropoff_lng = table.Column<double>(type: "float", nullable: false),
                    fare_amount = table.Column<decimal>(type: "decimal(18,4)", precision: 18, scale: 4, nullable: true),
                    fare_currency = table.Column<string>(type: "nvarchar(3)", maxLength: 3, nullable: true, collation: "Latin1_General_BIN2"),
                    payment_amount_amount = table.Column<decimal>(type: "decimal(18,4)", precision: 18, scale: 4, nullable: true),
                    payment_amount_currency = table.Column<string>(type: "nvarchar(3)", maxLength: 3, nullable: true, collation: "Latin1_General_BIN2"),
                    pickup_address = table.Column<string>(type: "nvarchar(500)", maxLength: 500, nullable: true, collation: "Latin1_General_BIN2"),
                    pickup_lat = table.Column<double>(type: "float", nullable: false),
                    pickup_lng = table.Column<double>(type: "float", nullable: false),
                    quoted_fare_amount = table.Column<decimal>(type: "decimal(18,4)", precision: 18, scale: 4, nullable: true),
                    quoted_fare_currency = table.Column<string>(type: "nvarchar(3)", maxLength: 3, nullable: true, collation: "Latin1_General_BIN2"),
                    tolls_amount = table.Column<decimal>(type: "decimal(18,4)", precision: 18, scale: 4, nullable: true),
                    tolls_currency = table.Column<string>(type: "nvarchar(3)", maxLength: 3, nullable: true, collation: "Latin1_General_BIN2")
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
                    id = table.Column<Guid>(type: "uniqueidentifier", nullable: false),
                    key = table.Column<string>(type: "nvarchar(200)", maxLength: 200, nullable: false, collation: "Latin1_General_BIN2"),
                    reference = table.Column<string>(type: "nvarchar(100)", maxLength: 100, nullable: false, collation: "Latin1_General_BIN2"),
                    token = table.Column<string>(type: "nvarchar(100)", maxLength: 100, nullable: false, collation: "Latin1_General_BIN2"),
                    outcome = table.Column<string>(type: "nvarchar(16)", maxLength: 16, nullable: false, collation: "Latin1_General_BIN2"),
                    decline_code = table.Column<string>(type: "nvarchar(64)", maxLength: 64, nullable: true, collation: "Latin1_General_BIN2"),
                    at = table.Column<DateTimeOffset>(type: "datetimeoffset", nullable: false),
                    amount_amount = table.Column<decimal>(type: "decimal(18,4)", precision: 18, scale: 4, nullable: false),
                    amount_currency = table.Column<string>(type: "nvarchar(3)", maxLength: 3, nullable: false, collation: "Latin1_General_BIN2")
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
                    id = table.Column<Guid>(type: "uniqueidentifier", nullable: false),
                    token = table.Column<Guid>(type: "uniqueidentifier", nullable: false),
                    due_time = table.Column<DateTime>(type: "datetime2", nullable: false),
                    bus_name = table.Column<string>(type: "varchar(255)", unicode: false, maxLength: 255, nullable: true, collation: "Latin1_General_BIN2"),
                    message = table.Column<string>(type: "nvarchar(max)", maxLength: -1, nullable: false, collation: "Latin1_General_BIN2")
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
                    ride_id = table.Column<Guid>(type: "uniqueidentifier", nullable: false),
                    rider_id = table.Column<string>(type: "nvarchar(255)", maxLength: 255, nullable: false, collation: "Latin1_General_BIN2"),
                    status = table.Column<string>(type: "nvarchar(16)", maxLength: 16, nullable: false, collation: "Latin1_General_BIN2"),
                    vehicle_class = table.Column<string>(type: "nvarchar(32)", maxLength: 32, nullable: false, collation: "Latin1_General_BIN2"),
                    requested_at = table.Column<DateTimeOffset>(type: "datetimeoffset", nullable: false),
                    offer_id = table.Column<Guid>(type: "uniqueidentifier", nullable: true),
                    attempts = table.Column<int>(type: "int", nullable: false),
                    failed_polls = table.Column<int>(type: "int", nullable: false),
                    dropoff_address = table.Column<string>(type: "nvarchar(500)", maxLength: 500, nullable: true, collation: "Latin1_General_BIN2"),
                    dropoff_lat = table.Column<double>(type: "float", nullable: false),
                    dropoff_lng = table.Column<double>(type: "float", nullable: false),
                    fare_amount = table.Column<decimal>(type: "decimal(18,4)", precision: 18, scale: 4, nullable: true),
                    fare_currency = table.Column<string>(type: "nvarchar(3)", maxLength: 3, nullable: true, collation: "Latin1_General_BIN2"),
                    pickup_address = table.Column<string>(type: "nvarchar(500)", maxLength: 500, nullable: true, collation: "Latin1_General_BIN2"),
                    pickup_lat = table.Column<double>(type: "float", nullable: false),
                    pickup_lng = table.Column<double>(type: "float", nullable: false)
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
                    subject = table.Column<string>(type: "nvarchar(255)", maxLength: 255, nullable: false, collation: "Latin1_General_BIN2"),
                    key = table.Column<byte[]>(type: "varbinary(32)", maxLength: 32, nullable: true),
                    created_at = table.Column<DateTimeOffset>(type: "datetimeoffset", nullable: false),
                    forgotten_at = table.Column<DateTimeOffset>(type: "datetimeoffset", nullable: true)
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
                    name = table.Column<string>(type: "nvarchar(50)", maxLength: 50, nullable: false, collation: "Latin1_General_BIN2"),
                    generation = table.Column<int>(type: "int", nullable: false),
                    is_live = table.Column<bool>(type: "bit", nullable: false),
                    position = table.Column<long>(type: "bigint", nullable: false),
                    epoch = table.Column<long>(type: "bigint", nullable: false),
                    owner = table.Column<string>(type: "nvarchar(100)", maxLength: 100, nullable: true, collation: "Latin1_General_BIN2"),
                    leased_until = table.Column<DateTimeOffset>(type: "datetimeoffset", nullable: false),
                    stopped_because = table.Column<string>(type: "nvarchar(2000)", maxLength: 2000, nullable: true, collation: "Latin1_General_BIN2")
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
                name: "QRTZ_TRIGGERS",
                schema: "messaging",
                columns: table => new
                {
                    SCHED_NAME = table.Column<string>(type: "nvarchar(120)", nullable: false, collation: "Latin1_General_BIN2"),
                    TRIGGER_NAME = table.Column<string>(type: "nvarchar(150)", nullable: false, collation: "Latin1_General_BIN2"),
                    TRIGGER_GROUP = table.Column<string>(type: "nvarchar(150)", nullable: false, collation: "Latin1_General_BIN2"),
                    CALENDAR_NAME = table.Column<string>(type: "nvarchar(200)", nullable: true, collation: "Latin1_General_BIN2"),
                    CONTINUATION_CONDITION = table.Column<int>(type: "int", nullable: true),
                    CONTINUES_TRIGGER_GROUP = table.Column<string>(type: "nvarchar(150)", nullable: true, collation: "Latin1_General_BIN2"),
                    CONTINUES_TRIGGER_NAME = table.Column<string>(type: "nvarchar(150)", nullable: true, collation: "Latin1_General_BIN2"),
                    DESCRIPTION = table.Column<string>(type: "nvarchar(250)", nullable: true, collation: "Latin1_General_BIN2"),
                    END_TIME = table.Column<long>(type: "bigint", nullable: true),
                    EXECUTION_GROUP = table.Column<string>(type: "nvarchar(200)", nullable: true, collation: "Latin1_General_BIN2"),
                    FIXED_DELAY = table.Column<bool>(type: "bit", nullable: true),
                    JOB_DATA = table.Column<byte[]>(type: "varbinary(max)", nullable: true),
                    JOB_GROUP = table.Column<string>(type: "nvarchar(150)", nullable: false, collation: "Latin1_General_BIN2"),
                    JOB_NAME = table.Column<string>(type: "nvarchar(150)", nullable: false, collation: "Latin1_General_BIN2"),
                    MISFIRE_INSTR = table.Column<int>(type: "int", nullable: true),
                    MISFIRE_ORIG_FIRE_TIME = table.Column<long>(type: "bigint", nullable: true),
                    MISFIRE_THRESHOLD = table.Column<long>(type: "bigint", nullable: true),
                    NEXT_FIRE_TIME = table.Column<long>(type: "bigint", nullable: true),
                    OVERLAP_POLICY = table.Column<int>(type: "int", nullable: true),
                    PAUSED_AT = table.Column<long>(type: "bigint", nullable: true),
                    PAUSED_BY = table.Column<string>(type: "nvarchar(200)", nullable: true, collation: "Latin1_General_BIN2"),
                    PAUSE_REASON = table.Column<string>(type: "nvarchar(250)", nullable: true, collation: "Latin1_General_BIN2"),
                    PREFERRED_NODE = table.Column<string>(type: "nvarchar(200)", nullable: true, collation: "Latin1_General_BIN2"),
                    PREFERRED_NODE_AUTO = table.Column<bool>(type: "bit", nullable: false, defaultValue: false),
                    PREV_FIRE_TIME = table.Column<long>(type: "bigint", nullable: true),
                    PRIORITY = table.Column<int>(type: "int", nullable: true),
                    RETRY_ATTEMPT = table.Column<int>(type: "int", nullable: true),
                    RETRY_POLICY = table.Column<string>(type: "nvarchar(250)", nullable: true, collation: "Latin1_General_BIN2"),
                    START_TIME = table.Column<long>(type: "bigint", nullable: false),
                    TRIGGER_STATE = table.Column<string>(type: "nvarchar(16)", nullable: false, collation: "Latin1_General_BIN2"),
                    TRIGGER_TYPE = table.Column<string>(type: "nvarchar(8)", nullable: false, collation: "Latin1_General_BIN2")
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_QRTZ_TRIGGERS", x => new { x.SCHED_NAME, x.TRIGGER_NAME, x.TRIGGER_GROUP });
                    table.ForeignKey(
                        name: "FK_QRTZ_TRIGGERS_QRTZ_JOB_DETAILS",
                        columns: x => new { x.SCHED_NAME, x.JOB_NAME, x.JOB_GROUP },
                        principalSchema: "messaging",
                        principalTable: "QRTZ_JOB_DETAILS",
                        principalColumns: new[] { "SCHED_NAME", "JOB_NAME", "JOB_GROUP" });
                });

            migrationBuilder.CreateTable(
                name: "archived_segments",
                schema: "event_log",
                columns: table => new
                {
                    segment = table.Column<long>(type: "bigint", nullable: false),
                    archive_id = table.Column<Guid>(type: "uniqueidentifier", nullable: false)
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
                    stream_id = table.Column<string>(type: "nvarchar(255)", maxLength: 255, nullable: false, collation: "Latin1_General_BIN2"),
                    archive_id = table.Column<Guid>(type: "uniqueidentifier", nullable: false)
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
                name: "QRTZ_BLOB_TRIGGERS",
                schema: "messaging",
                columns: table => new
                {
                    SCHED_NAME = table.Column<string>(type: "nvarchar(120)", nullable: false, collation: "Latin1_General_BIN2"),
                    TRIGGER_NAME = table.Column<string>(type: "nvarchar(150)", nullable: false, collation: "Latin1_General_BIN2"),
                    TRIGGER_GROUP = table.Column<string>(type: "nvarchar(150)", nullable: false, collation: "Latin1_General_BIN2"),
                    BLOB_DATA = table.Column<byte[]>(type: "varbinary(max)", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_QRTZ_BLOB_TRIGGERS", x => new { x.SCHED_NAME, x.TRIGGER_NAME, x.TRIGGER_GROUP });
                    table.ForeignKey(
                        name: "FK_QRTZ_BLOB_TRIGGERS_QRTZ_TRIGGERS",
                        columns: x => new { x.SCHED_NAME, x.TRIGGER_NAME, x.TRIGGER_GROUP },
                        principalSchema: "messaging",
                        principalTable: "QRTZ_TRIGGERS",
                        principalColumns: new[] { "SCHED_NAME", "TRIGGER_NAME", "TRIGGER_GROUP" },
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "QRTZ_CRON_TRIGGERS",
                schema: "messaging",
                columns: table => new
                {
                    SCHED_NAME = table.Column<string>(type: "nvarchar(120)", nullable: false, collation: "Latin1_General_BIN2"),
                    TRIGGER_NAME = table.Column<string>(type: "nvarchar(150)", nullable: false, collation: "Latin1_General_BIN2"),
                    TRIGGER_GROUP = table.Column<string>(type: "nvarchar(150)", nullable: false, collation: "Latin1_General_BIN2"),
                    CRON_EXPRESSION = table.Column<string>(type: "nvarchar(250)", nullable: false, collation: "Latin1_General_BIN2"),
                    TIME_ZONE_ID = table.Column<string>(type: "nvarchar(80)", nullable: true, collation: "Latin1_General_BIN2")
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_QRTZ_CRON_TRIGGERS", x => new { x.SCHED_NAME, x.TRIGGER_NAME, x.TRIGGER_GROUP });
                    table.ForeignKey(
                        name: "FK_QRTZ_CRON_TRIGGERS_QRTZ_TRIGGERS",
                        columns: x => new { x.SCHED_NAME, x.TRIGGER_NAME, x.TRIGGER_GROUP },
                        principalSchema: "messaging",
                        principalTable: "QRTZ_TRIGGERS",
                        principalColumns: new[] { "SCHED_NAME", "TRIGGER_NAME", "TRIGGER_GROUP" },
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "QRTZ_SIMPLE_TRIGGERS",
                schema: "messaging",
                columns: table => new
                {
                    SCHED_NAME = table.Column<string>(type: "nvarchar(120)", nullable: false, collation: "Latin1_General_BIN2"),
                    TRIGGER_NAME = table.Column<string>(type: "nvarchar(150)", nullable: false, collation: "Latin1_General_BIN2"),
                    TRIGGER_GROUP = table.Column<string>(type: "nvarchar(150)", nullable: false, collation: "Latin1_General_BIN2"),
                    REPEAT_COUNT = table.Column<int>(type: "int", nullable: false),
                    REPEAT_INTERVAL = table.Column<long>(type: "bigint", nullable: false),
                    TIMES_TRIGGERED = table.Column<int>(type: "int", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_QRTZ_SIMPLE_TRIGGERS", x => new { x.SCHED_NAME, x.TRIGGER_NAME, x.TRIGGER_GROUP });
                    table.ForeignKey(
                        name: "FK_QRTZ_SIMPLE_TRIGGERS_QRTZ_TRIGGERS",
                        columns: x => new { x.SCHED_NAME, x.TRIGGER_NAME, x.TRIGGER_GROUP },
                        principalSchema: "messaging",
                        principalTable: "QRTZ_TRIGGERS",
                        principalColumns: new[] { "SCHED_NAME", "TRIGGER_NAME", "TRIGGER_GROUP" },
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "QRTZ_SIMPROP_TRIGGERS",
                schema: "messaging",
                columns: table => new
                {
                    SCHED_NAME = table.Column<string>(type: "nvarchar(120)", nullable: false, collation: "Latin1_General_BIN2"),
                    TRIGGER_NAME = table.Column<string>(type: "nvarchar(150)", nullable: false, collation: "Latin1_General_BIN2"),
                    TRIGGER_GROUP = table.Column<string>(type: "nvarchar(150)", nullable: false, collation: "Latin1_General_BIN2"),
                    BOOL_PROP_1 = table.Column<bool>(type: "bit", nullable: true),
                    BOOL_PROP_2 = table.Column<bool>(type: "bit", nullable: true),
                    DEC_PROP_1 = table.Column<decimal>(type: "numeric(13,4)", precision: 18, scale: 4, nullable: true),
                    DEC_PROP_2 = table.Column<decimal>(type: "numeric(13,4)", precision: 18, scale: 4, nullable: true),
                    INT_PROP_1 = table.Column<int>(type: "int", nullable: true),
                    INT_PROP_2 = table.Column<int>(type: "int", nullable: true),
                    LONG_PROP_1 = table.Column<long>(type: "bigint", nullable: true),
                    LONG_PROP_2 = table.Column<long>(type: "bigint", nullable: true),
                    STR_PROP_1 = table.Column<string>(type: "nvarchar(512)", nullable: true, collation: "Latin1_General_BIN2"),
                    STR_PROP_2 = table.Column<string>(type: "nvarchar(512)", nullable: true, collation: "Latin1_General_BIN2"),
                    STR_PROP_3 = table.Column<string>(type: "nvarchar(512)", nullable: true, collation: "Latin1_General_BIN2"),
                    TIME_ZONE_ID = table.Column<string>(type: "nvarchar(80)", nullable: true, collation: "Latin1_General_BIN2")
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_QRTZ_SIMPROP_TRIGGERS", x => new { x.SCHED_NAME, x.TRIGGER_NAME, x.TRIGGER_GROUP });
                    table.ForeignKey(
                        name: "FK_QRTZ_SIMPROP_TRIGGERS_QRTZ_TRIGGERS",
                        columns: x => new { x.SCHED_NAME, x.TRIGGER_NAME, x.TRIGGER_GROUP },
                        principalSchema: "messaging",
                        principalTable: "QRTZ_TRIGGERS",
                        principalColumns: new[] { "SCHED_NAME", "TRIGGER_NAME", "TRIGGER_GROUP" },
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
                name: "IDX_QRTZ_FT_INST_JOB_REQ_RCVRY",
                schema: "messaging",
                table: "QRTZ_FIRED_TRIGGERS",
                columns: new[] { "SCHED_NAME", "INSTANCE_NAME", "REQUESTS_RECOVERY" });

            migrationBuilder.CreateIndex(
                name: "IDX_QRTZ_FT_J_G",
                schema: "messaging",
                table: "QRTZ_FIRED_TRIGGERS",
                columns: new[] { "SCHED_NAME", "JOB_NAME", "JOB_GROUP" });

            migrationBuilder.CreateIndex(
                name: "IDX_QRTZ_FT_T_G",
                schema: "messaging",
                table: "QRTZ_FIRED_TRIGGERS",
                columns: new[] { "SCHED_NAME", "TRIGGER_NAME", "TRIGGER_GROUP" });

            migrationBuilder.CreateIndex(
                name: "IDX_QRTZ_J_G_N",
                schema: "messaging",
                table: "QRTZ_JOB_DETAILS",
                columns: new[] { "SCHED_NAME", "JOB_GROUP", "JOB_NAME" });

            migrationBuilder.CreateIndex(
                name: "IDX_QRTZ_T_C",
                schema: "messaging",
                table: "QRTZ_TRIGGERS",
                columns: new[] { "SCHED_NAME", "CALENDAR_NAME" });

            migrationBuilder.CreateIndex(
                name: "IDX_QRTZ_T_G_N",
                schema: "messaging",
                table: "QRTZ_TRIGGERS",
                columns: new[] { "SCHED_NAME", "TRIGGER_GROUP", "TRIGGER_NAME" });

            migrationBuilder.CreateIndex(
                name: "IDX_QRTZ_T_J",
                schema: "messaging",
                table: "QRTZ_TRIGGERS",
                columns: new[] { "SCHED_NAME", "JOB_NAME", "JOB_GROUP" });

            migrationBuilder.CreateIndex(
                name: "IDX_QRTZ_T_NFT_ST",
                schema: "messaging",
                table: "QRTZ_TRIGGERS",
                columns: new[] { "SCHED_NAME", "TRIGGER_STATE", "NEXT_FIRE_TIME", "PRIORITY", "MISFIRE_INSTR" },
                descending: new[] { false, false, false, true, false });

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
                unique: true,
                filter: "[reserved_ride_id] IS NOT NULL");

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
                name: "QRTZ_BLOB_TRIGGERS",
                schema: "messaging");

            migrationBuilder.DropTable(
                name: "QRTZ_CALENDARS",
                schema: "messaging");

            migrationBuilder.DropTable(
                name: "QRTZ_CRON_TRIGGERS",
                schema: "messaging");

            migrationBuilder.DropTable(
                name: "QRTZ_FIRED_TRIGGERS",
                schema: "messaging");

            migrationBuilder.DropTable(
                name: "QRTZ_LOCKS",
                schema: "messaging");

            migrationBuilder.DropTable(
                name: "QRTZ_PAUSED_JOB_GRPS",
                schema: "messaging");

            migrationBuilder.DropTable(
                name: "QRTZ_PAUSED_TRIGGER_GRPS",
                schema: "messaging");

            migrationBuilder.DropTable(
                name: "QRTZ_SCHEDULER_STATE",
                schema: "messaging");

            migrationBuilder.DropTable(
                name: "QRTZ_SIMPLE_TRIGGERS",
                schema: "messaging");

            migrationBuilder.DropTable(
                name: "QRTZ_SIMPROP_TRIGGERS",
                schema: "messaging");

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
                name: "QRTZ_TRIGGERS",
                schema: "messaging");

            migrationBuilder.DropTable(
                name: "archives",
                schema: "event_log");

            migrationBuilder.DropTable(
                name: "QRTZ_JOB_DETAILS",
                schema: "messaging");
        }
    }
}
