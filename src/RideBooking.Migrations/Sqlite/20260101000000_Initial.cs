using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace RideBooking.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class Initial : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "analytics_offer_facts",
                columns: table => new
                {
                    generation = table.Column<int>(type: "INTEGER", nullable: false),
                    offer_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    ride_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    driver_id = table.Column<string>(type: "TEXT", maxLength: 255, nullable: false),
                    offered_at = table.Column<string>(type: "TEXT", nullable: true),
                    answer = table.Column<string>(type: "TEXT", maxLength: 10, nullable: false),
                    released = table.Column<bool>(type: "INTEGER", nullable: false),
                    version = table.Column<int>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_analytics_offer_facts", x => new { x.generation, x.offer_id });
                });

            migrationBuilder.CreateTable(
                name: "analytics_ride_facts",
                columns: table => new
                {
                    generation = table.Column<int>(type: "INTEGER", nullable: false),
                    ride_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    requested_at = table.Column<string>(type: "TEXT", nullable: true),
                    requested_quarter = table.Column<string>(type: "TEXT", nullable: true),
                    arrived_driver_id = table.Column<string>(type: "TEXT", maxLength: 255, nullable: true),
                    arrived_at = table.Column<string>(type: "TEXT", nullable: true),
                    started_at = table.Column<string>(type: "TEXT", nullable: true),
                    outcome = table.Column<string>(type: "TEXT", maxLength: 20, nullable: true),
                    ended_at = table.Column<string>(type: "TEXT", nullable: true),
                    cancelled_by = table.Column<string>(type: "TEXT", maxLength: 20, nullable: true),
                    captured_quarter = table.Column<string>(type: "TEXT", nullable: true),
                    captured_at = table.Column<string>(type: "TEXT", nullable: true),
                    version = table.Column<int>(type: "INTEGER", nullable: false),
                    captured_amount = table.Column<decimal>(type: "TEXT", precision: 18, scale: 4, nullable: true),
                    captured_currency = table.Column<string>(type: "TEXT", maxLength: 3, nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_analytics_ride_facts", x => new { x.generation, x.ride_id });
                });

            migrationBuilder.CreateTable(
                name: "billing_invoices",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "TEXT", nullable: false),
                    ride_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    rider_id = table.Column<string>(type: "TEXT", maxLength: 255, nullable: false),
                    number = table.Column<string>(type: "TEXT", maxLength: 32, nullable: false),
                    tariff_version = table.Column<string>(type: "TEXT", maxLength: 50, nullable: false),
                    waiver_reason = table.Column<string>(type: "TEXT", maxLength: 50, nullable: true),
                    issued_at = table.Column<string>(type: "TEXT", nullable: false),
                    paid_at = table.Column<string>(type: "TEXT", nullable: true),
                    written_off_at = table.Column<string>(type: "TEXT", nullable: true),
                    version = table.Column<int>(type: "INTEGER", nullable: false),
                    lines = table.Column<string>(type: "TEXT", nullable: false),
                    total_amount = table.Column<decimal>(type: "TEXT", precision: 18, scale: 4, nullable: false),
                    total_currency = table.Column<string>(type: "TEXT", maxLength: 3, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_billing_invoices", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "drivers_assignments",
                columns: table => new
                {
                    offer_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    ride_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    driver_id = table.Column<string>(type: "TEXT", maxLength: 255, nullable: false),
                    stage = table.Column<int>(type: "INTEGER", nullable: false),
                    expires_at = table.Column<string>(type: "TEXT", nullable: true),
                    assigned_at = table.Column<string>(type: "TEXT", nullable: true),
                    dropoff_address = table.Column<string>(type: "TEXT", maxLength: 500, nullable: true),
                    dropoff_lat = table.Column<double>(type: "REAL", nullable: true),
                    dropoff_lng = table.Column<double>(type: "REAL", nullable: true),
                    pickup_address = table.Column<string>(type: "TEXT", maxLength: 500, nullable: true),
                    pickup_lat = table.Column<double>(type: "REAL", nullable: true),
                    pickup_lng = table.Column<double>(type: "REAL", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_drivers_assignments", x => x.offer_id);
                });

            migrationBuilder.CreateTable(
                name: "drivers_commissions",
                columns: table => new
                {
                    valid_from = table.Column<string>(type: "TEXT", nullable: false),
                    share = table.Column<decimal>(type: "TEXT", precision: 29, scale: 28, nullable: false),
                    cancellation_share = table.Column<decimal>(type: "TEXT", precision: 29, scale: 28, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_drivers_commissions", x => x.valid_from);
                });

            migrationBuilder.CreateTable(
                name: "drivers_driver_positions",
                columns: table => new
                {
                    driver_id = table.Column<string>(type: "TEXT", maxLength: 255, nullable: false),
                    lat = table.Column<double>(type: "REAL", nullable: false),
                    lng = table.Column<double>(type: "REAL", nullable: false),
                    heading = table.Column<double>(type: "REAL", nullable: true),
                    sequence = table.Column<long>(type: "INTEGER", nullable: false),
                    at = table.Column<string>(type: "TEXT", nullable: false),
                    active_at = table.Column<string>(type: "TEXT", nullable: true),
                    sequence_before_shift = table.Column<long>(type: "INTEGER", nullable: true),
                    restarted_at = table.Column<string>(type: "TEXT", nullable: true),
                    sequence_before_leap = table.Column<long>(type: "INTEGER", nullable: true),
                    doubts = table.Column<int>(type: "INTEGER", nullable: false),
                    doubted_lat = table.Column<double>(type: "REAL", nullable: true),
                    doubted_lng = table.Column<double>(type: "REAL", nullable: true),
                    doubted_since = table.Column<string>(type: "TEXT", nullable: true),
                    doubted_sequence = table.Column<long>(type: "INTEGER", nullable: true),
                    version = table.Column<int>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_drivers_driver_positions", x => x.driver_id);
                });

            migrationBuilder.CreateTable(
                name: "drivers_earnings",
                columns: table => new
                {
                    generation = table.Column<int>(type: "INTEGER", nullable: false),
                    ride_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    driver_id = table.Column<string>(type: "TEXT", maxLength: 255, nullable: false),
                    cancelled = table.Column<bool>(type: "INTEGER", nullable: false),
                    at = table.Column<string>(type: "TEXT", nullable: false),
                    earned_amount = table.Column<decimal>(type: "TEXT", precision: 18, scale: 4, nullable: false),
                    earned_currency = table.Column<string>(type: "TEXT", maxLength: 3, nullable: false),
                    fare_amount = table.Column<decimal>(type: "TEXT", precision: 18, scale: 4, nullable: false),
                    fare_currency = table.Column<string>(type: "TEXT", maxLength: 3, nullable: false),
                    tolls_amount = table.Column<decimal>(type: "TEXT", precision: 18, scale: 4, nullable: false),
                    tolls_currency = table.Column<string>(type: "TEXT", maxLength: 3, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_drivers_earnings", x => new { x.generation, x.ride_id });
                });

            migrationBuilder.CreateTable(
                name: "drivers_ended_rides",
                columns: table => new
                {
                    ride_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    at = table.Column<string>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_drivers_ended_rides", x => x.ride_id);
                });

            migrationBuilder.CreateTable(
                name: "drivers_profiles",
                columns: table => new
                {
                    driver_id = table.Column<string>(type: "TEXT", maxLength: 255, nullable: false),
                    name = table.Column<string>(type: "TEXT", maxLength: 100, nullable: false),
                    shift_id = table.Column<Guid>(type: "TEXT", nullable: true),
                    online_since = table.Column<string>(type: "TEXT", nullable: true),
                    vehicle_class = table.Column<string>(type: "TEXT", maxLength: 32, nullable: false),
                    vehicle_model = table.Column<string>(type: "TEXT", maxLength: 100, nullable: false),
                    vehicle_plate = table.Column<string>(type: "TEXT", maxLength: 20, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_drivers_profiles", x => x.driver_id);
                });

            migrationBuilder.CreateTable(
                name: "event_log_archiver",
                columns: table => new
                {
                    id = table.Column<int>(type: "INTEGER", nullable: false),
                    position = table.Column<long>(type: "INTEGER", nullable: false),
                    due_at = table.Column<string>(type: "TEXT", nullable: false),
                    archive_id = table.Column<Guid>(type: "TEXT", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_event_log_archiver", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "event_log_archives",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "TEXT", nullable: false),
                    first_position = table.Column<long>(type: "INTEGER", nullable: false),
                    last_position = table.Column<long>(type: "INTEGER", nullable: false),
                    last_timestamp = table.Column<string>(type: "TEXT", nullable: false),
                    events = table.Column<int>(type: "INTEGER", nullable: false),
                    streams = table.Column<int>(type: "INTEGER", nullable: false),
                    size = table.Column<int>(type: "INTEGER", nullable: false),
                    sha256 = table.Column<byte[]>(type: "BLOB", maxLength: 32, nullable: false),
                    created_at = table.Column<string>(type: "TEXT", nullable: false),
                    data = table.Column<byte[]>(type: "BLOB", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_event_log_archives", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "event_log_events",
                columns: table => new
                {
                    sequence = table.Column<long>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    event_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    event_type = table.Column<string>(type: "TEXT", maxLength: 100, nullable: false),
                    version = table.Column<int>(type: "INTEGER", nullable: false),
                    timestamp = table.Column<string>(type: "TEXT", nullable: false),
                    source = table.Column<string>(type: "TEXT", maxLength: 50, nullable: false),
                    stream_id = table.Column<string>(type: "TEXT", maxLength: 255, nullable: false),
                    stream_version = table.Column<int>(type: "INTEGER", nullable: true),
                    position = table.Column<long>(type: "INTEGER", nullable: true),
                    correlation_id = table.Column<Guid>(type: "TEXT", nullable: true),
                    causation_id = table.Column<Guid>(type: "TEXT", nullable: true),
                    trace_parent = table.Column<string>(type: "TEXT", maxLength: 55, nullable: true),
                    payload = table.Column<string>(type: "TEXT", nullable: false),
                    subject = table.Column<string>(type: "TEXT", maxLength: 255, nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_event_log_events", x => x.sequence);
                });

            migrationBuilder.CreateTable(
                name: "event_log_hashes",
                columns: table => new
                {
                    position = table.Column<long>(type: "INTEGER", nullable: false),
                    hash = table.Column<byte[]>(type: "BLOB", maxLength: 32, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_event_log_hashes", x => x.position);
                });

            migrationBuilder.CreateTable(
                name: "event_log_head",
                columns: table => new
                {
                    id = table.Column<int>(type: "INTEGER", nullable: false),
                    position = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_event_log_head", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "event_log_parked_events",
                columns: table => new
                {
                    subscription = table.Column<string>(type: "TEXT", maxLength: 50, nullable: false),
                    generation = table.Column<int>(type: "INTEGER", nullable: false),
                    position = table.Column<long>(type: "INTEGER", nullable: false),
                    event_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    event_type = table.Column<string>(type: "TEXT", maxLength: 100, nullable: false),
                    version = table.Column<int>(type: "INTEGER", nullable: false),
                    stream_id = table.Column<string>(type: "TEXT", maxLength: 255, nullable: false),
                    error = table.Column<string>(type: "TEXT", maxLength: 2000, nullable: false),
                    parked_at = table.Column<string>(type: "TEXT", nullable: false),
                    retry_requested_at = table.Column<string>(type: "TEXT", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_event_log_parked_events", x => new { x.subscription, x.generation, x.position });
                });

            migrationBuilder.CreateTable(
                name: "event_log_replays",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "TEXT", nullable: false),
                    projection = table.Column<string>(type: "TEXT", maxLength: 50, nullable: false),
                    generation = table.Column<int>(type: "INTEGER", nullable: false),
                    status = table.Column<string>(type: "TEXT", maxLength: 16, nullable: false),
                    from = table.Column<long>(type: "INTEGER", nullable: false),
                    position = table.Column<long>(type: "INTEGER", nullable: true),
                    rate_per_second = table.Column<int>(type: "INTEGER", nullable: true),
                    requested_by = table.Column<string>(type: "TEXT", maxLength: 255, nullable: false),
                    reason = table.Column<string>(type: "TEXT", maxLength: 500, nullable: false),
                    requested_at = table.Column<string>(type: "TEXT", nullable: false),
                    finished_at = table.Column<string>(type: "TEXT", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_event_log_replays", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "event_log_subject_keys",
                columns: table => new
                {
                    subject = table.Column<string>(type: "TEXT", maxLength: 255, nullable: false),
                    key = table.Column<byte[]>(type: "BLOB", maxLength: 32, nullable: true),
                    created_at = table.Column<string>(type: "TEXT", nullable: false),
                    forgotten_at = table.Column<string>(type: "TEXT", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_event_log_subject_keys", x => x.subject);
                });

            migrationBuilder.CreateTable(
                name: "event_log_subscriptions",
                columns: table => new
                {
                    name = table.Column<string>(type: "TEXT", maxLength: 50, nullable: false),
                    generation = table.Column<int>(type: "INTEGER", nullable: false),
                    is_live = table.Column<bool>(type: "INTEGER", nullable: false),
                    position = table.Column<long>(type: "INTEGER", nullable: false),
                    epoch = table.Column<long>(type: "INTEGER", nullable: false),
                    owner = table.Column<string>(type: "TEXT", maxLength: 100, nullable: true),
                    leased_until = table.Column<string>(type: "TEXT", nullable: false),
                    stopped_because = table.Column<string>(type: "TEXT", maxLength: 2000, nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_event_log_subscriptions", x => new { x.name, x.generation });
                });

            migrationBuilder.CreateTable(
                name: "matching_candidates",
                columns: table => new
                {
                    driver_id = table.Column<string>(type: "TEXT", maxLength: 255, nullable: false),
                    shift_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    online = table.Column<bool>(type: "INTEGER", nullable: false),
                    name = table.Column<string>(type: "TEXT", maxLength: 100, nullable: false),
                    reserved_ride_id = table.Column<Guid>(type: "TEXT", nullable: true),
                    reserved_offer_id = table.Column<Guid>(type: "TEXT", nullable: true),
                    missed_offers = table.Column<int>(type: "INTEGER", nullable: false),
                    vehicle_class = table.Column<string>(type: "TEXT", maxLength: 32, nullable: false),
                    vehicle_model = table.Column<string>(type: "TEXT", maxLength: 100, nullable: false),
                    vehicle_plate = table.Column<string>(type: "TEXT", maxLength: 20, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_matching_candidates", x => x.driver_id);
                });

            migrationBuilder.CreateTable(
                name: "matching_offers",
                columns: table => new
                {
                    offer_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    ride_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    driver_id = table.Column<string>(type: "TEXT", maxLength: 255, nullable: false),
                    status = table.Column<string>(type: "TEXT", maxLength: 16, nullable: false),
                    active_ride_id = table.Column<Guid>(type: "TEXT", nullable: true),
                    active_driver_id = table.Column<string>(type: "TEXT", maxLength: 255, nullable: true),
                    attempt = table.Column<int>(type: "INTEGER", nullable: false),
                    pickup_eta_seconds = table.Column<int>(type: "INTEGER", nullable: false),
                    offered_at = table.Column<string>(type: "TEXT", nullable: false),
                    expires_at = table.Column<string>(type: "TEXT", nullable: false),
                    answered_at = table.Column<string>(type: "TEXT", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_matching_offers", x => x.offer_id);
                });

            migrationBuilder.CreateTable(
                name: "matching_searches",
                columns: table => new
                {
                    ride_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    rider_id = table.Column<string>(type: "TEXT", maxLength: 255, nullable: false),
                    status = table.Column<string>(type: "TEXT", maxLength: 16, nullable: false),
                    vehicle_class = table.Column<string>(type: "TEXT", maxLength: 32, nullable: false),
                    requested_at = table.Column<string>(type: "TEXT", nullable: false),
                    offer_id = table.Column<Guid>(type: "TEXT", nullable: true),
                    attempts = table.Column<int>(type: "INTEGER", nullable: false),
                    failed_polls = table.Column<int>(type: "INTEGER", nullable: false),
                    dropoff_address = table.Column<string>(type: "TEXT", maxLength: 500, nullable: true),
                    dropoff_lat = table.Column<double>(type: "REAL", nullable: false),
                    dropoff_lng = table.Column<double>(type: "REAL", nullable: false),
                    fare_amount = table.Column<decimal>(type: "TEXT", precision: 18, scale: 4, nullable: true),
                    fare_currency = table.Column<string>(type: "TEXT", maxLength: 3, nullable: true),
                    pickup_address = table.Column<string>(type: "TEXT", maxLength: 500, nullable: true),
                    pickup_lat = table.Column<double>(type: "REAL", nullable: false),
                    pickup_lng = table.Column<double>(type: "REAL", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_matching_searches", x => x.ride_id);
                });

            migrationBuilder.CreateTable(
                name: "messaging_QRTZ_CALENDARS",
                columns: table => new
                {
                    SCHED_NAME = table.Column<string>(type: "TEXT", nullable: false),
                    CALENDAR_NAME = table.Column<string>(type: "TEXT", nullable: false),
                    CALENDAR = table.Column<byte[]>(type: "BLOB", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_QRTZ_CALENDARS", x => new { x.SCHED_NAME, x.CALENDAR_NAME });
                });

            migrationBuilder.CreateTable(
                name: "messaging_QRTZ_FIRED_TRIGGERS",
                columns: table => new
                {
                    SCHED_NAME = table.Column<string>(type: "TEXT", nullable: false),
                    ENTRY_ID = table.Column<string>(type: "TEXT", nullable: false),
                    EXECUTION_GROUP = table.Column<string>(type: "TEXT", nullable: true),
                    FIRED_TIME = table.Column<long>(type: "INTEGER", nullable: false),
                    INSTANCE_NAME = table.Column<string>(type: "TEXT", nullable: false),
                    INTERRUPT_REQUESTED_TIME = table.Column<long>(type: "INTEGER", nullable: true),
                    IS_NONCONCURRENT = table.Column<bool>(type: "INTEGER", nullable: true),
                    JOB_GROUP = table.Column<string>(type: "TEXT", nullable: true),
                    JOB_NAME = table.Column<string>(type: "TEXT", nullable: true),
                    PRIORITY = table.Column<int>(type: "INTEGER", nullable: false),
                    PROGRESS = table.Column<int>(type: "INTEGER", nullable: true),
                    PROGRESS_MESSAGE = table.Column<string>(type: "TEXT", nullable: true),
                    REQUESTS_RECOVERY = table.Column<bool>(type: "INTEGER", nullable: true),
                    SCHED_TIME = table.Column<long>(type: "INTEGER", nullable: false),
                    STATE = table.Column<string>(type: "TEXT", nullable: false),
                    TRIGGER_GROUP = table.Column<string>(type: "TEXT", nullable: false),
                    TRIGGER_NAME = table.Column<string>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_QRTZ_FIRED_TRIGGERS", x => new { x.SCHED_NAME, x.ENTRY_ID });
                });

            migrationBuilder.CreateTable(
                name: "messaging_QRTZ_JOB_DETAILS",
                columns: table => new
                {
                    SCHED_NAME = table.Column<string>(type: "TEXT", nullable: false),
                    JOB_NAME = table.Column<string>(type: "TEXT", nullable: false),
                    JOB_GROUP = table.Column<string>(type: "TEXT", nullable: false),
                    DESCRIPTION = table.Column<string>(type: "TEXT", nullable: true),
                    IS_DURABLE = table.Column<bool>(type: "INTEGER", nullable: false),
                    IS_NONCONCURRENT = table.Column<bool>(type: "INTEGER", nullable: false),
                    IS_UPDATE_DATA = table.Column<bool>(type: "INTEGER", nullable: false),
                    JOB_CLASS_NAME = table.Column<string>(type: "TEXT", nullable: false),
                    JOB_DATA = table.Column<byte[]>(type: "BLOB", nullable: true),
                    REQUESTS_RECOVERY = table.Column<bool>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_QRTZ_JOB_DETAILS", x => new { x.SCHED_NAME, x.JOB_NAME, x.JOB_GROUP });
                });

            migrationBuilder.CreateTable(
                name: "messaging_QRTZ_LOCKS",
                columns: table => new
                {
                    SCHED_NAME = table.Column<string>(type: "TEXT", nullable: false),
                    LOCK_NAME = table.Column<string>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_QRTZ_LOCKS", x => new { x.SCHED_NAME, x.LOCK_NAME });
                });

            migrationBuilder.CreateTable(
                name: "messaging_QRTZ_PAUSED_JOB_GRPS",
                columns: table => new
                {
                    SCHED_NAME = table.Column<string>(type: "TEXT", nullable: false),
                    JOB_GROUP = table.Column<string>(type: "TEXT", nullable: false),
                    PAUSED_AT = table.Column<long>(type: "INTEGER", nullable: true),
                    PAUSED_BY = table.Column<string>(type: "TEXT", nullable: true),
                    PAUSE_REASON = table.Column<string>(type: "TEXT", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_QRTZ_PAUSED_JOB_GRPS", x => new { x.SCHED_NAME, x.JOB_GROUP });
                });

            migrationBuilder.CreateTable(
                name: "messaging_QRTZ_PAUSED_TRIGGER_GRPS",
                columns: table => new
                {
                    SCHED_NAME = table.Column<string>(type: "TEXT", nullable: false),
                    TRIGGER_GROUP = table.Column<string>(type: "TEXT", nullable: false),
                    PAUSED_AT = table.Column<long>(type: "INTEGER", nullable: true),
                    PAUSED_BY = table.Column<string>(type: "TEXT", nullable: true),
                    PAUSE_REASON = table.Column<string>(type: "TEXT", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_QRTZ_PAUSED_TRIGGER_GRPS", x => new { x.SCHED_NAME, x.TRIGGER_GROUP });
                });

            migrationBuilder.CreateTable(
                name: "messaging_QRTZ_SCHEDULER_STATE",
                columns: table => new
                {
                    SCHED_NAME = table.Column<string>(type: "TEXT", nullable: false),
                    INSTANCE_NAME = table.Column<string>(type: "TEXT", nullable: false),
                    CHECKIN_INTERVAL = table.Column<long>(type: "INTEGER", nullable: false),
                    LAST_CHECKIN_TIME = table.Column<long>(type: "INTEGER", nullable: false),
                    QUARTZ_VERSION = table.Column<string>(type: "TEXT", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_QRTZ_SCHEDULER_STATE", x => new { x.SCHED_NAME, x.INSTANCE_NAME });
                });

            migrationBuilder.CreateTable(
                name: "messaging_dead_letter_messages",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "TEXT", nullable: false),
                    queue = table.Column<string>(type: "TEXT", maxLength: 255, nullable: false),
                    at = table.Column<string>(type: "TEXT", nullable: false),
                    headers = table.Column<string>(type: "TEXT", nullable: false),
                    content_type = table.Column<string>(type: "TEXT", maxLength: 255, nullable: true),
                    body = table.Column<byte[]>(type: "BLOB", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_messaging_dead_letter_messages", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "messaging_inbox_state",
                columns: table => new
                {
                    message_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    consumer_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    lock_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    receive_count = table.Column<int>(type: "INTEGER", nullable: false),
                    received = table.Column<DateTime>(type: "TEXT", nullable: false),
                    consumed = table.Column<DateTime>(type: "TEXT", nullable: true),
                    had_effect = table.Column<bool>(type: "INTEGER", nullable: true),
                    delivered = table.Column<DateTime>(type: "TEXT", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_messaging_inbox_state", x => new { x.message_id, x.consumer_id });
                });

            migrationBuilder.CreateTable(
                name: "messaging_outbox_message",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "TEXT", nullable: false),
                    sequence_number = table.Column<long>(type: "INTEGER", nullable: false),
                    message_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    message_type = table.Column<string>(type: "TEXT", maxLength: -1, nullable: false),
                    content_type = table.Column<string>(type: "TEXT", maxLength: 256, nullable: false),
                    body = table.Column<string>(type: "TEXT", maxLength: -1, nullable: false),
                    headers = table.Column<string>(type: "TEXT", maxLength: -1, nullable: true),
                    properties = table.Column<string>(type: "TEXT", maxLength: -1, nullable: true),
                    conversation_id = table.Column<Guid>(type: "TEXT", nullable: true),
                    correlation_id = table.Column<Guid>(type: "TEXT", nullable: true),
                    initiator_id = table.Column<Guid>(type: "TEXT", nullable: true),
                    request_id = table.Column<Guid>(type: "TEXT", nullable: true),
                    source_address = table.Column<string>(type: "TEXT", maxLength: 1024, nullable: true),
                    destination_address = table.Column<string>(type: "TEXT", maxLength: 1024, nullable: true),
                    response_address = table.Column<string>(type: "TEXT", maxLength: 1024, nullable: true),
                    fault_address = table.Column<string>(type: "TEXT", maxLength: 1024, nullable: true),
                    sent_time = table.Column<DateTime>(type: "TEXT", nullable: false),
                    enqueue_time = table.Column<DateTime>(type: "TEXT", nullable: true),
                    expiration_time = table.Column<DateTime>(type: "TEXT", nullable: true),
                    inbox_message_id = table.Column<Guid>(type: "TEXT", nullable: true),
                    inbox_consumer_id = table.Column<Guid>(type: "TEXT", nullable: true),
                    outbox_id = table.Column<Guid>(type: "TEXT", nullable: true),
                    bus_name = table.Column<string>(type: "TEXT", unicode: false, maxLength: 255, nullable: true),
                    attempt_count = table.Column<int>(type: "INTEGER", nullable: false),
                    ordering_key = table.Column<string>(type: "TEXT", unicode: false, maxLength: 255, nullable: true),
                    ordering_number = table.Column<long>(type: "INTEGER", nullable: false),
                    next_attempt_time = table.Column<DateTime>(type: "TEXT", nullable: false),
                    last_error = table.Column<string>(type: "TEXT", maxLength: -1, nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_messaging_outbox_message", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "messaging_outbox_state",
                columns: table => new
                {
                    outbox_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    lock_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    created = table.Column<DateTime>(type: "TEXT", nullable: false),
                    delivered = table.Column<DateTime>(type: "TEXT", nullable: true),
                    expires = table.Column<DateTime>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_messaging_outbox_state", x => x.outbox_id);
                });

            migrationBuilder.CreateTable(
                name: "messaging_recovery_point",
                columns: table => new
                {
                    id = table.Column<int>(type: "INTEGER", nullable: false),
                    position = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_messaging_recovery_point", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "messaging_scheduled_outbox_message",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "TEXT", nullable: false),
                    token = table.Column<Guid>(type: "TEXT", nullable: false),
                    due_time = table.Column<DateTime>(type: "TEXT", nullable: false),
                    bus_name = table.Column<string>(type: "TEXT", unicode: false, maxLength: 255, nullable: true),
                    message = table.Column<string>(type: "TEXT", maxLength: -1, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_messaging_scheduled_outbox_message", x => new { x.token, x.id });
                });

            migrationBuilder.CreateTable(
                name: "messaging_unfinished_events",
                columns: table => new
                {
                    position = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_messaging_unfinished_events", x => x.position);
                });

            migrationBuilder.CreateTable(
                name: "notifications_notifications",
                columns: table => new
                {
                    generation = table.Column<int>(type: "INTEGER", nullable: false),
                    id = table.Column<Guid>(type: "TEXT", nullable: false),
                    event_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    audience = table.Column<string>(type: "TEXT", maxLength: 10, nullable: false),
                    recipient_id = table.Column<string>(type: "TEXT", maxLength: 255, nullable: false),
                    kind = table.Column<string>(type: "TEXT", maxLength: 50, nullable: false),
                    title = table.Column<string>(type: "TEXT", maxLength: 100, nullable: false),
                    text = table.Column<string>(type: "TEXT", maxLength: 1000, nullable: false),
                    ride_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    at = table.Column<string>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_notifications_notifications", x => new { x.generation, x.id });
                });

            migrationBuilder.CreateTable(
                name: "operations_alert_notifications",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "TEXT", nullable: false),
                    alert_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    alert_name = table.Column<string>(type: "TEXT", maxLength: 32, nullable: false),
                    subject = table.Column<string>(type: "TEXT", maxLength: 255, nullable: false),
                    since = table.Column<string>(type: "TEXT", nullable: false),
                    ended_at = table.Column<string>(type: "TEXT", nullable: true),
                    value = table.Column<double>(type: "REAL", nullable: false),
                    limit = table.Column<double>(type: "REAL", nullable: true),
                    text = table.Column<string>(type: "TEXT", maxLength: 500, nullable: false),
                    created_at = table.Column<string>(type: "TEXT", nullable: false),
                    status = table.Column<string>(type: "TEXT", maxLength: 16, nullable: false),
                    attempts = table.Column<int>(type: "INTEGER", nullable: false),
                    next_attempt_at = table.Column<string>(type: "TEXT", nullable: false),
                    last_error = table.Column<string>(type: "TEXT", maxLength: 300, nullable: true),
                    finished_at = table.Column<string>(type: "TEXT", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_operations_alert_notifications", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "operations_alerts",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "TEXT", nullable: false),
                    name = table.Column<string>(type: "TEXT", maxLength: 32, nullable: false),
                    subject = table.Column<string>(type: "TEXT", maxLength: 255, nullable: false),
                    since = table.Column<string>(type: "TEXT", nullable: false),
                    last_seen_at = table.Column<string>(type: "TEXT", nullable: false),
                    value = table.Column<double>(type: "REAL", nullable: false),
                    limit = table.Column<double>(type: "REAL", nullable: true),
                    text = table.Column<string>(type: "TEXT", maxLength: 500, nullable: false),
                    ended_at = table.Column<string>(type: "TEXT", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_operations_alerts", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "operations_audits",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "TEXT", nullable: false),
                    status = table.Column<string>(type: "TEXT", maxLength: 16, nullable: false),
                    position = table.Column<long>(type: "INTEGER", nullable: false),
                    last_position = table.Column<long>(type: "INTEGER", nullable: false),
                    rides = table.Column<int>(type: "INTEGER", nullable: false),
                    deviation_count = table.Column<int>(type: "INTEGER", nullable: false),
                    deviations = table.Column<string>(type: "TEXT", nullable: false),
                    requested_by = table.Column<string>(type: "TEXT", maxLength: 255, nullable: false),
                    requested_at = table.Column<string>(type: "TEXT", nullable: false),
                    finished_at = table.Column<string>(type: "TEXT", nullable: true),
                    claimed_until = table.Column<string>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_operations_audits", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "operations_endpoint_minutes",
                columns: table => new
                {
                    minute = table.Column<string>(type: "TEXT", nullable: false),
                    endpoint = table.Column<string>(type: "TEXT", maxLength: 255, nullable: false),
                    host = table.Column<Guid>(type: "TEXT", nullable: false),
                    handled = table.Column<int>(type: "INTEGER", nullable: false),
                    failed = table.Column<int>(type: "INTEGER", nullable: false),
                    retries = table.Column<int>(type: "INTEGER", nullable: false),
                    redeliveries = table.Column<int>(type: "INTEGER", nullable: false),
                    lag_sum = table.Column<double>(type: "REAL", nullable: false),
                    lag_max = table.Column<double>(type: "REAL", nullable: false),
                    processing_sum = table.Column<double>(type: "REAL", nullable: false),
                    processing_max = table.Column<double>(type: "REAL", nullable: false),
                    critical_time_sum = table.Column<double>(type: "REAL", nullable: false),
                    critical_time_max = table.Column<double>(type: "REAL", nullable: false),
                    messages = table.Column<long>(type: "INTEGER", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_operations_endpoint_minutes", x => new { x.minute, x.endpoint, x.host });
                });

            migrationBuilder.CreateTable(
                name: "operations_failed_messages",
                columns: table => new
                {
                    id = table.Column<string>(type: "TEXT", maxLength: 300, nullable: false),
                    queue = table.Column<string>(type: "TEXT", maxLength: 255, nullable: false),
                    message_id = table.Column<string>(type: "TEXT", maxLength: 255, nullable: true),
                    message_type = table.Column<string>(type: "TEXT", maxLength: 255, nullable: true),
                    ride_id = table.Column<Guid>(type: "TEXT", nullable: true),
                    rider_id = table.Column<string>(type: "TEXT", maxLength: 255, nullable: true),
                    driver_id = table.Column<string>(type: "TEXT", maxLength: 255, nullable: true),
                    fingerprint = table.Column<string>(type: "TEXT", maxLength: 16, nullable: false),
                    exception_type = table.Column<string>(type: "TEXT", maxLength: 500, nullable: true),
                    exception_message = table.Column<string>(type: "TEXT", maxLength: 500, nullable: true),
                    top_frame = table.Column<string>(type: "TEXT", maxLength: 500, nullable: true),
                    failed_at = table.Column<string>(type: "TEXT", nullable: false),
                    failed_hour = table.Column<int>(type: "INTEGER", nullable: false),
                    sent_at = table.Column<string>(type: "TEXT", nullable: true),
                    attempts = table.Column<int>(type: "INTEGER", nullable: false),
                    status = table.Column<string>(type: "TEXT", maxLength: 16, nullable: false),
                    status_at = table.Column<string>(type: "TEXT", nullable: false),
                    redrive_id = table.Column<Guid>(type: "TEXT", nullable: true),
                    outcome = table.Column<string>(type: "TEXT", maxLength: 16, nullable: true),
                    redrives = table.Column<int>(type: "INTEGER", nullable: false),
                    is_quarantined = table.Column<bool>(type: "INTEGER", nullable: false),
                    ordered_by = table.Column<string>(type: "TEXT", nullable: false),
                    history = table.Column<string>(type: "TEXT", nullable: false),
                    edits = table.Column<int>(type: "INTEGER", nullable: false),
                    original_body = table.Column<byte[]>(type: "BLOB", nullable: true),
                    headers = table.Column<string>(type: "TEXT", nullable: false),
                    routing_key = table.Column<string>(type: "TEXT", maxLength: 255, nullable: true),
                    content_type = table.Column<string>(type: "TEXT", maxLength: 255, nullable: true),
                    body = table.Column<byte[]>(type: "BLOB", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_operations_failed_messages", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "operations_failure_notes",
                columns: table => new
                {
                    fingerprint = table.Column<string>(type: "TEXT", maxLength: 16, nullable: false),
                    text = table.Column<string>(type: "TEXT", maxLength: 500, nullable: false),
                    by = table.Column<string>(type: "TEXT", maxLength: 255, nullable: false),
                    at = table.Column<string>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_operations_failure_notes", x => x.fingerprint);
                });

            migrationBuilder.CreateTable(
                name: "operations_operator_actions",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "TEXT", nullable: false),
                    at = table.Column<string>(type: "TEXT", nullable: false),
                    by = table.Column<string>(type: "TEXT", maxLength: 255, nullable: false),
                    action = table.Column<string>(type: "TEXT", maxLength: 32, nullable: false),
                    queue = table.Column<string>(type: "TEXT", maxLength: 255, nullable: true),
                    fingerprint = table.Column<string>(type: "TEXT", maxLength: 16, nullable: true),
                    ride_id = table.Column<Guid>(type: "TEXT", nullable: true),
                    rider_id = table.Column<string>(type: "TEXT", maxLength: 255, nullable: true),
                    subscription = table.Column<string>(type: "TEXT", maxLength: 50, nullable: true),
                    position = table.Column<long>(type: "INTEGER", nullable: true),
                    count = table.Column<int>(type: "INTEGER", nullable: false),
                    reason = table.Column<string>(type: "TEXT", maxLength: 500, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_operations_operator_actions", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "operations_paused_endpoints",
                columns: table => new
                {
                    name = table.Column<string>(type: "TEXT", maxLength: 255, nullable: false),
                    at = table.Column<string>(type: "TEXT", nullable: false),
                    by = table.Column<string>(type: "TEXT", maxLength: 255, nullable: true),
                    reason = table.Column<string>(type: "TEXT", maxLength: 500, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_operations_paused_endpoints", x => x.name);
                });

            migrationBuilder.CreateTable(
                name: "operations_redrives",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "TEXT", nullable: false),
                    status = table.Column<string>(type: "TEXT", maxLength: 16, nullable: false),
                    selected = table.Column<int>(type: "INTEGER", nullable: false),
                    sent = table.Column<int>(type: "INTEGER", nullable: false),
                    not_found = table.Column<int>(type: "INTEGER", nullable: false),
                    quarantined = table.Column<int>(type: "INTEGER", nullable: false),
                    canary = table.Column<bool>(type: "INTEGER", nullable: false),
                    rate_per_second = table.Column<int>(type: "INTEGER", nullable: true),
                    reason = table.Column<string>(type: "TEXT", maxLength: 500, nullable: false),
                    requested_by = table.Column<string>(type: "TEXT", maxLength: 255, nullable: false),
                    requested_at = table.Column<string>(type: "TEXT", nullable: false),
                    finished_at = table.Column<string>(type: "TEXT", nullable: true),
                    error = table.Column<string>(type: "TEXT", maxLength: 1000, nullable: true),
                    claimed_until = table.Column<string>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_operations_redrives", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "payments_charges",
                columns: table => new
                {
                    ride_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    key_number = table.Column<int>(type: "INTEGER", nullable: false),
                    token = table.Column<string>(type: "TEXT", maxLength: 100, nullable: false),
                    at = table.Column<string>(type: "TEXT", nullable: false),
                    amount_amount = table.Column<decimal>(type: "TEXT", precision: 18, scale: 4, nullable: false),
                    amount_currency = table.Column<string>(type: "TEXT", maxLength: 3, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_payments_charges", x => new { x.ride_id, x.key_number });
                });

            migrationBuilder.CreateTable(
                name: "payments_payment_methods",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "TEXT", nullable: false),
                    rider_id = table.Column<string>(type: "TEXT", maxLength: 255, nullable: false),
                    token = table.Column<string>(type: "TEXT", maxLength: 100, nullable: false),
                    brand = table.Column<string>(type: "TEXT", maxLength: 32, nullable: false),
                    last4 = table.Column<string>(type: "TEXT", maxLength: 4, nullable: false),
                    label = table.Column<string>(type: "TEXT", maxLength: 64, nullable: true),
                    default_since = table.Column<string>(type: "TEXT", nullable: true),
                    added_at = table.Column<string>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_payments_payment_methods", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "payments_payments",
                columns: table => new
                {
                    ride_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    status = table.Column<string>(type: "TEXT", maxLength: 32, nullable: false),
                    version = table.Column<int>(type: "INTEGER", nullable: false),
                    payment_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    rider_id = table.Column<string>(type: "TEXT", maxLength: 255, nullable: false),
                    payment_method_id = table.Column<Guid>(type: "TEXT", nullable: true),
                    attempt = table.Column<int>(type: "INTEGER", nullable: false),
                    key_number = table.Column<int>(type: "INTEGER", nullable: false),
                    unresolved = table.Column<bool>(type: "INTEGER", nullable: false),
                    failure_code = table.Column<string>(type: "TEXT", maxLength: 64, nullable: true),
                    retry_at = table.Column<string>(type: "TEXT", nullable: true),
                    retry_token_id = table.Column<Guid>(type: "TEXT", nullable: true),
                    opened_at = table.Column<string>(type: "TEXT", nullable: false),
                    changed_at = table.Column<string>(type: "TEXT", nullable: false),
                    captured_at = table.Column<string>(type: "TEXT", nullable: true),
                    due_amount = table.Column<decimal>(type: "TEXT", precision: 18, scale: 4, nullable: false),
                    due_currency = table.Column<string>(type: "TEXT", maxLength: 3, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_payments_payments", x => x.ride_id);
                });

            migrationBuilder.CreateTable(
                name: "payments_sandbox_ledger",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "TEXT", nullable: false),
                    key = table.Column<string>(type: "TEXT", maxLength: 200, nullable: false),
                    reference = table.Column<string>(type: "TEXT", maxLength: 100, nullable: false),
                    token = table.Column<string>(type: "TEXT", maxLength: 100, nullable: false),
                    outcome = table.Column<string>(type: "TEXT", maxLength: 16, nullable: false),
                    decline_code = table.Column<string>(type: "TEXT", maxLength: 64, nullable: true),
                    at = table.Column<string>(type: "TEXT", nullable: false),
                    amount_amount = table.Column<decimal>(type: "TEXT", precision: 18, scale: 4, nullable: false),
                    amount_currency = table.Column<string>(type: "TEXT", maxLength: 3, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_payments_sandbox_ledger", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "platform_development_secret",
                columns: table => new
                {
                    id = table.Column<int>(type: "INTEGER", nullable: false),
                    value = table.Column<byte[]>(type: "BLOB", maxLength: 64, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_platform_development_secret", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "platform_idempotency_keys",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "TEXT", nullable: false),
                    caller = table.Column<string>(type: "TEXT", maxLength: 320, nullable: false),
                    fingerprint = table.Column<string>(type: "TEXT", unicode: false, maxLength: 64, nullable: false),
                    request_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    owner = table.Column<Guid>(type: "TEXT", nullable: false),
                    lease_until = table.Column<string>(type: "TEXT", nullable: false),
                    created_at = table.Column<string>(type: "TEXT", nullable: false),
                    status = table.Column<int>(type: "INTEGER", nullable: true),
                    content_type = table.Column<string>(type: "TEXT", maxLength: 255, nullable: true),
                    location = table.Column<string>(type: "TEXT", maxLength: 2048, nullable: true),
                    entity_tag = table.Column<string>(type: "TEXT", maxLength: 255, nullable: true),
                    body = table.Column<byte[]>(type: "BLOB", nullable: true),
                    body_too_large = table.Column<bool>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_platform_idempotency_keys", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "rides_rides",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "TEXT", nullable: false),
                    status = table.Column<string>(type: "TEXT", maxLength: 20, nullable: false),
                    version = table.Column<int>(type: "INTEGER", nullable: false),
                    rider_id = table.Column<string>(type: "TEXT", maxLength: 255, nullable: false),
                    active_rider_id = table.Column<string>(type: "TEXT", maxLength: 255, nullable: true),
                    vehicle_class = table.Column<string>(type: "TEXT", maxLength: 32, nullable: false),
                    quote_id = table.Column<Guid>(type: "TEXT", nullable: true),
                    quoted_distance_meters = table.Column<int>(type: "INTEGER", nullable: true),
                    payment_method_id = table.Column<Guid>(type: "TEXT", nullable: true),
                    driver_id = table.Column<string>(type: "TEXT", maxLength: 255, nullable: true),
                    active_driver_id = table.Column<string>(type: "TEXT", maxLength: 255, nullable: true),
                    offer_id = table.Column<Guid>(type: "TEXT", nullable: true),
                    driver_name = table.Column<string>(type: "TEXT", maxLength: 200, nullable: true),
                    eta_seconds = table.Column<int>(type: "INTEGER", nullable: true),
                    ended_offers = table.Column<string>(type: "TEXT", nullable: false),
                    search = table.Column<int>(type: "INTEGER", nullable: false),
                    search_started_at = table.Column<string>(type: "TEXT", nullable: false),
                    search_deadline_token_id = table.Column<Guid>(type: "TEXT", nullable: true),
                    arrival_meters = table.Column<int>(type: "INTEGER", nullable: true),
                    flags = table.Column<string>(type: "TEXT", nullable: false),
                    flagged_at = table.Column<string>(type: "TEXT", nullable: true),
                    requested_at = table.Column<string>(type: "TEXT", nullable: false),
                    assigned_at = table.Column<string>(type: "TEXT", nullable: true),
                    arrived_at = table.Column<string>(type: "TEXT", nullable: true),
                    started_at = table.Column<string>(type: "TEXT", nullable: true),
                    completed_at = table.Column<string>(type: "TEXT", nullable: true),
                    cancelled_at = table.Column<string>(type: "TEXT", nullable: true),
                    no_driver_found_at = table.Column<string>(type: "TEXT", nullable: true),
                    changed_at = table.Column<string>(type: "TEXT", nullable: false),
                    completed_by = table.Column<string>(type: "TEXT", maxLength: 20, nullable: true),
                    completion_reason = table.Column<string>(type: "TEXT", maxLength: 500, nullable: true),
                    cancelled_by = table.Column<string>(type: "TEXT", maxLength: 20, nullable: true),
                    cancellation_reason = table.Column<string>(type: "TEXT", maxLength: 500, nullable: true),
                    wait_seconds = table.Column<int>(type: "INTEGER", nullable: true),
                    distance_meters = table.Column<int>(type: "INTEGER", nullable: true),
                    payment_status = table.Column<string>(type: "TEXT", maxLength: 20, nullable: false),
                    stars = table.Column<int>(type: "INTEGER", nullable: true),
                    rating_comment = table.Column<string>(type: "TEXT", maxLength: 1000, nullable: true),
                    rated_at = table.Column<string>(type: "TEXT", nullable: true),
                    driver_vehicle_class = table.Column<string>(type: "TEXT", maxLength: 32, nullable: true),
                    driver_vehicle_model = table.Column<string>(type: "TEXT", maxLength: 100, nullable: true),
                    driver_vehicle_plate = table.Column<string>(type: "TEXT", maxLength: 20, nullable: true),
                    dropoff_address = table.Column<string>(type: "TEXT", maxLength: 500, nullable: true),
                    dropoff_lat = table.Column<double>(type: "REAL", nullable: false),
                    dropoff_lng = table.Column<double>(type: "REAL", nullable: false),
                    fare_amount = table.Column<decimal>(type: "TEXT", precision: 18, scale: 4, nullable: true),
                    fare_currency = table.Column<string>(type: "TEXT", maxLength: 3, nullable: true),
                    payment_amount_amount = table.Column<decimal>(type: "TEXT", precision: 18, scale: 4, nullable: true),
                    payment_amount_currency = table.Column<string>(type: "TEXT", maxLength: 3, nullable: true),
                    pickup_address = table.Column<string>(type: "TEXT", maxLength: 500, nullable: true),
                    pickup_lat = table.Column<double>(type: "REAL", nullable: false),
                    pickup_lng = table.Column<double>(type: "REAL", nullable: false),
                    quoted_fare_amount = table.Column<decimal>(type: "TEXT", precision: 18, scale: 4, nullable: true),
                    quoted_fare_currency = table.Column<string>(type: "TEXT", maxLength: 3, nullable: true),
                    tolls_amount = table.Column<decimal>(type: "TEXT", precision: 18, scale: 4, nullable: true),
                    tolls_currency = table.Column<string>(type: "TEXT", maxLength: 3, nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_rides_rides", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "event_log_archived_segments",
                columns: table => new
                {
                    segment = table.Column<long>(type: "INTEGER", nullable: false),
                    archive_id = table.Column<Guid>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_event_log_archived_segments", x => new { x.segment, x.archive_id });
                    table.ForeignKey(
                        name: "fk_event_log_archived_segments_event_log_archives_archive_id",
                        column: x => x.archive_id,
                        principalTable: "event_log_archives",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "event_log_archived_streams",
                columns: table => new
                {
                    stream_id = table.Column<string>(type: "TEXT", maxLength: 255, nullable: false),
                    archive_id = table.Column<Guid>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_event_log_archived_streams", x => new { x.stream_id, x.archive_id });
                    table.ForeignKey(
                        name: "fk_event_log_archived_streams_event_log_archives_archive_id",
                        column: x => x.archive_id,
                        principalTable: "event_log_archives",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "messaging_QRTZ_TRIGGERS",
                columns: table => new
                {
                    SCHED_NAME = table.Column<string>(type: "TEXT", nullable: false),
                    TRIGGER_NAME = table.Column<string>(type: "TEXT", nullable: false),
                    TRIGGER_GROUP = table.Column<string>(type: "TEXT", nullable: false),
                    CALENDAR_NAME = table.Column<string>(type: "TEXT", nullable: true),
                    CONTINUATION_CONDITION = table.Column<int>(type: "INTEGER", nullable: true),
                    CONTINUES_TRIGGER_GROUP = table.Column<string>(type: "TEXT", nullable: true),
                    CONTINUES_TRIGGER_NAME = table.Column<string>(type: "TEXT", nullable: true),
                    DESCRIPTION = table.Column<string>(type: "TEXT", nullable: true),
                    END_TIME = table.Column<long>(type: "INTEGER", nullable: true),
                    EXECUTION_GROUP = table.Column<string>(type: "TEXT", nullable: true),
                    FIXED_DELAY = table.Column<bool>(type: "INTEGER", nullable: true),
                    JOB_DATA = table.Column<byte[]>(type: "BLOB", nullable: true),
                    JOB_GROUP = table.Column<string>(type: "TEXT", nullable: false),
                    JOB_NAME = table.Column<string>(type: "TEXT", nullable: false),
                    MISFIRE_INSTR = table.Column<int>(type: "INTEGER", nullable: true),
                    MISFIRE_ORIG_FIRE_TIME = table.Column<long>(type: "INTEGER", nullable: true),
                    MISFIRE_THRESHOLD = table.Column<long>(type: "INTEGER", nullable: true),
                    NEXT_FIRE_TIME = table.Column<long>(type: "INTEGER", nullable: true),
                    OVERLAP_POLICY = table.Column<int>(type: "INTEGER", nullable: true),
                    PAUSED_AT = table.Column<long>(type: "INTEGER", nullable: true),
                    PAUSED_BY = table.Column<string>(type: "TEXT", nullable: true),
                    PAUSE_REASON = table.Column<string>(type: "TEXT", nullable: true),
                    PREFERRED_NODE = table.Column<string>(type: "TEXT", nullable: true),
                    PREFERRED_NODE_AUTO = table.Column<bool>(type: "INTEGER", nullable: false, defaultValue: false),
                    PREV_FIRE_TIME = table.Column<long>(type: "INTEGER", nullable: true),
                    PRIORITY = table.Column<int>(type: "INTEGER", nullable: true),
                    RETRY_ATTEMPT = table.Column<int>(type: "INTEGER", nullable: true),
                    RETRY_POLICY = table.Column<string>(type: "TEXT", nullable: true),
                    START_TIME = table.Column<long>(type: "INTEGER", nullable: false),
                    TRIGGER_STATE = table.Column<string>(type: "TEXT", nullable: false),
                    TRIGGER_TYPE = table.Column<string>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_QRTZ_TRIGGERS", x => new { x.SCHED_NAME, x.TRIGGER_NAME, x.TRIGGER_GROUP });
                    table.ForeignKey(
                        name: "FK_QRTZ_TRIGGERS_QRTZ_JOB_DETAILS",
                        columns: x => new { x.SCHED_NAME, x.JOB_NAME, x.JOB_GROUP },
                        principalTable: "messaging_QRTZ_JOB_DETAILS",
                        principalColumns: new[] { "SCHED_NAME", "JOB_NAME", "JOB_GROUP" });
                });

            migrationBuilder.CreateTable(
                name: "messaging_QRTZ_BLOB_TRIGGERS",
                columns: table => new
                {
                    SCHED_NAME = table.Column<string>(type: "TEXT", nullable: false),
                    TRIGGER_NAME = table.Column<string>(type: "TEXT", nullable: false),
                    TRIGGER_GROUP = table.Column<string>(type: "TEXT", nullable: false),
                    BLOB_DATA = table.Column<byte[]>(type: "BLOB", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_QRTZ_BLOB_TRIGGERS", x => new { x.SCHED_NAME, x.TRIGGER_NAME, x.TRIGGER_GROUP });
                    table.ForeignKey(
                        name: "FK_QRTZ_BLOB_TRIGGERS_QRTZ_TRIGGERS",
                        columns: x => new { x.SCHED_NAME, x.TRIGGER_NAME, x.TRIGGER_GROUP },
                        principalTable: "messaging_QRTZ_TRIGGERS",
                        principalColumns: new[] { "SCHED_NAME", "TRIGGER_NAME", "TRIGGER_GROUP" },
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "messaging_QRTZ_CRON_TRIGGERS",
                columns: table => new
                {
                    SCHED_NAME = table.Column<string>(type: "TEXT", nullable: false),
                    TRIGGER_NAME = table.Column<string>(type: "TEXT", nullable: false),
                    TRIGGER_GROUP = table.Column<string>(type: "TEXT", nullable: false),
                    CRON_EXPRESSION = table.Column<string>(type: "TEXT", nullable: false),
                    TIME_ZONE_ID = table.Column<string>(type: "TEXT", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_QRTZ_CRON_TRIGGERS", x => new { x.SCHED_NAME, x.TRIGGER_NAME, x.TRIGGER_GROUP });
                    table.ForeignKey(
                        name: "FK_QRTZ_CRON_TRIGGERS_QRTZ_TRIGGERS",
                        columns: x => new { x.SCHED_NAME, x.TRIGGER_NAME, x.TRIGGER_GROUP },
                        principalTable: "messaging_QRTZ_TRIGGERS",
                        principalColumns: new[] { "SCHED_NAME", "TRIGGER_NAME", "TRIGGER_GROUP" },
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "messaging_QRTZ_SIMPLE_TRIGGERS",
                columns: table => new
                {
                    SCHED_NAME = table.Column<string>(type: "TEXT", nullable: false),
                    TRIGGER_NAME = table.Column<string>(type: "TEXT", nullable: false),
                    TRIGGER_GROUP = table.Column<string>(type: "TEXT", nullable: false),
                    REPEAT_COUNT = table.Column<long>(type: "INTEGER", nullable: false),
                    REPEAT_INTERVAL = table.Column<long>(type: "INTEGER", nullable: false),
                    TIMES_TRIGGERED = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_QRTZ_SIMPLE_TRIGGERS", x => new { x.SCHED_NAME, x.TRIGGER_NAME, x.TRIGGER_GROUP });
                    table.ForeignKey(
                        name: "FK_QRTZ_SIMPLE_TRIGGERS_QRTZ_TRIGGERS",
                        columns: x => new { x.SCHED_NAME, x.TRIGGER_NAME, x.TRIGGER_GROUP },
                        principalTable: "messaging_QRTZ_TRIGGERS",
                        principalColumns: new[] { "SCHED_NAME", "TRIGGER_NAME", "TRIGGER_GROUP" },
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "messaging_QRTZ_SIMPROP_TRIGGERS",
                columns: table => new
                {
                    SCHED_NAME = table.Column<string>(type: "TEXT", nullable: false),
                    TRIGGER_NAME = table.Column<string>(type: "TEXT", nullable: false),
                    TRIGGER_GROUP = table.Column<string>(type: "TEXT", nullable: false),
                    BOOL_PROP_1 = table.Column<bool>(type: "INTEGER", nullable: true),
                    BOOL_PROP_2 = table.Column<bool>(type: "INTEGER", nullable: true),
                    DEC_PROP_1 = table.Column<decimal>(type: "NUMERIC", precision: 18, scale: 4, nullable: true),
                    DEC_PROP_2 = table.Column<decimal>(type: "NUMERIC", precision: 18, scale: 4, nullable: true),
                    INT_PROP_1 = table.Column<int>(type: "INTEGER", nullable: true),
                    INT_PROP_2 = table.Column<int>(type: "INTEGER", nullable: true),
                    LONG_PROP_1 = table.Column<long>(type: "INTEGER", nullable: true),
                    LONG_PROP_2 = table.Column<long>(type: "INTEGER", nullable: true),
                    STR_PROP_1 = table.Column<string>(type: "TEXT", nullable: true),
                    STR_PROP_2 = table.Column<string>(type: "TEXT", nullable: true),
                    STR_PROP_3 = table.Column<string>(type: "TEXT", nullable: true),
                    TIME_ZONE_ID = table.Column<string>(type: "TEXT", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_QRTZ_SIMPROP_TRIGGERS", x => new { x.SCHED_NAME, x.TRIGGER_NAME, x.TRIGGER_GROUP });
                    table.ForeignKey(
                        name: "FK_QRTZ_SIMPROP_TRIGGERS_QRTZ_TRIGGERS",
                        columns: x => new { x.SCHED_NAME, x.TRIGGER_NAME, x.TRIGGER_GROUP },
                        principalTable: "messaging_QRTZ_TRIGGERS",
                        principalColumns: new[] { "SCHED_NAME", "TRIGGER_NAME", "TRIGGER_GROUP" },
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.InsertData(
                table: "event_log_archiver",
                columns: new[] { "id", "archive_id", "due_at", "position" },
                values: new object[] { 1, null, "0001-01-01 00:00:00.0000000Z", 0L });

            migrationBuilder.InsertData(
                table: "event_log_head",
                columns: new[] { "id", "position" },
                values: new object[] { 1, 0L });

            migrationBuilder.InsertData(
                table: "messaging_recovery_point",
                columns: new[] { "id", "position" },
                values: new object[] { 1, 0L });

            migrationBuilder.CreateIndex(
                name: "ix_analytics_offer_facts_generation_offered_at",
                table: "analytics_offer_facts",
                columns: new[] { "generation", "offered_at" });

            migrationBuilder.CreateIndex(
                name: "ix_analytics_offer_facts_generation_ride_id",
                table: "analytics_offer_facts",
                columns: new[] { "generation", "ride_id" });

            migrationBuilder.CreateIndex(
                name: "ix_analytics_ride_facts_generation_captured_at",
                table: "analytics_ride_facts",
                columns: new[] { "generation", "captured_at" });

            migrationBuilder.CreateIndex(
                name: "ix_analytics_ride_facts_generation_requested_at",
                table: "analytics_ride_facts",
                columns: new[] { "generation", "requested_at" });

            migrationBuilder.CreateIndex(
                name: "ix_billing_invoices_number",
                table: "billing_invoices",
                column: "number",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_billing_invoices_ride_id",
                table: "billing_invoices",
                column: "ride_id",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_drivers_assignments_driver_id_stage",
                table: "drivers_assignments",
                columns: new[] { "driver_id", "stage" });

            migrationBuilder.CreateIndex(
                name: "ix_drivers_assignments_ride_id",
                table: "drivers_assignments",
                column: "ride_id");

            migrationBuilder.CreateIndex(
                name: "ix_drivers_driver_positions_lat_lng",
                table: "drivers_driver_positions",
                columns: new[] { "lat", "lng" });

            migrationBuilder.CreateIndex(
                name: "ix_drivers_earnings_generation_driver_id_at",
                table: "drivers_earnings",
                columns: new[] { "generation", "driver_id", "at" });

            migrationBuilder.CreateIndex(
                name: "ix_event_log_archived_segments_archive_id",
                table: "event_log_archived_segments",
                column: "archive_id");

            migrationBuilder.CreateIndex(
                name: "ix_event_log_archived_streams_archive_id",
                table: "event_log_archived_streams",
                column: "archive_id");

            migrationBuilder.CreateIndex(
                name: "ix_event_log_archives_first_position",
                table: "event_log_archives",
                column: "first_position");

            migrationBuilder.CreateIndex(
                name: "ix_event_log_events_event_id",
                table: "event_log_events",
                column: "event_id",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_event_log_events_position",
                table: "event_log_events",
                column: "position",
                unique: true,
                filter: "position IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_event_log_events_sequence",
                table: "event_log_events",
                column: "sequence",
                filter: "position IS NULL");

            migrationBuilder.CreateIndex(
                name: "ix_event_log_events_stream_id_stream_version",
                table: "event_log_events",
                columns: new[] { "stream_id", "stream_version" },
                unique: true,
                filter: "stream_version IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_event_log_replays_projection",
                table: "event_log_replays",
                column: "projection",
                unique: true,
                filter: "status = 'running'");

            migrationBuilder.CreateIndex(
                name: "ix_event_log_replays_requested_at_id",
                table: "event_log_replays",
                columns: new[] { "requested_at", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_matching_candidates_reserved_ride_id",
                table: "matching_candidates",
                column: "reserved_ride_id",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_matching_offers_active_driver_id",
                table: "matching_offers",
                column: "active_driver_id",
                unique: true,
                filter: "active_driver_id IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_matching_offers_active_ride_id",
                table: "matching_offers",
                column: "active_ride_id",
                unique: true,
                filter: "active_ride_id IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_matching_offers_ride_id_driver_id",
                table: "matching_offers",
                columns: new[] { "ride_id", "driver_id" });

            migrationBuilder.CreateIndex(
                name: "ix_matching_searches_requested_at",
                table: "matching_searches",
                column: "requested_at",
                filter: "status = 'Searching'");

            migrationBuilder.CreateIndex(
                name: "IDX_QRTZ_FT_INST_JOB_REQ_RCVRY",
                table: "messaging_QRTZ_FIRED_TRIGGERS",
                columns: new[] { "SCHED_NAME", "INSTANCE_NAME", "REQUESTS_RECOVERY" });

            migrationBuilder.CreateIndex(
                name: "IDX_QRTZ_FT_J_G",
                table: "messaging_QRTZ_FIRED_TRIGGERS",
                columns: new[] { "SCHED_NAME", "JOB_NAME", "JOB_GROUP" });

            migrationBuilder.CreateIndex(
                name: "IDX_QRTZ_FT_T_G",
                table: "messaging_QRTZ_FIRED_TRIGGERS",
                columns: new[] { "SCHED_NAME", "TRIGGER_NAME", "TRIGGER_GROUP" });

            migrationBuilder.CreateIndex(
                name: "IDX_QRTZ_J_G_N",
                table: "messaging_QRTZ_JOB_DETAILS",
                columns: new[] { "SCHED_NAME", "JOB_GROUP", "JOB_NAME" });

            migrationBuilder.CreateIndex(
                name: "IDX_QRTZ_T_C",
                table: "messaging_QRTZ_TRIGGERS",
                columns: new[] { "SCHED_NAME", "CALENDAR_NAME" });

            migrationBuilder.CreateIndex(
                name: "IDX_QRTZ_T_G_N",
                table: "messaging_QRTZ_TRIGGERS",
                columns: new[] { "SCHED_NAME", "TRIGGER_GROUP", "TRIGGER_NAME" });

            migrationBuilder.CreateIndex(
                name: "IDX_QRTZ_T_J",
                table: "messaging_QRTZ_TRIGGERS",
                columns: new[] { "SCHED_NAME", "JOB_NAME", "JOB_GROUP" });

            migrationBuilder.CreateIndex(
                name: "IDX_QRTZ_T_NFT_ST",
                table: "messaging_QRTZ_TRIGGERS",
                columns: new[] { "SCHED_NAME", "TRIGGER_STATE", "NEXT_FIRE_TIME", "PRIORITY", "MISFIRE_INSTR" },
                descending: new[] { false, false, false, true, false });

            migrationBuilder.CreateIndex(
                name: "ix_messaging_dead_letter_messages_queue_at_id",
                table: "messaging_dead_letter_messages",
                columns: new[] { "queue", "at", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_messaging_inbox_state_received",
                table: "messaging_inbox_state",
                column: "received");

            migrationBuilder.CreateIndex(
                name: "ix_messaging_outbox_message_bus_name_next_attempt_time_sequence_number",
                table: "messaging_outbox_message",
                columns: new[] { "bus_name", "next_attempt_time", "sequence_number" });

            migrationBuilder.CreateIndex(
                name: "ix_messaging_outbox_message_ordering_key_ordering_number",
                table: "messaging_outbox_message",
                columns: new[] { "ordering_key", "ordering_number" });

            migrationBuilder.CreateIndex(
                name: "ix_messaging_scheduled_outbox_message_bus_name_due_time",
                table: "messaging_scheduled_outbox_message",
                columns: new[] { "bus_name", "due_time" });

            migrationBuilder.CreateIndex(
                name: "ix_notifications_notifications_generation_audience_recipient_id_at_id",
                table: "notifications_notifications",
                columns: new[] { "generation", "audience", "recipient_id", "at", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_notifications_notifications_generation_event_id_audience_recipient_id",
                table: "notifications_notifications",
                columns: new[] { "generation", "event_id", "audience", "recipient_id" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_operations_alert_notifications_alert_id",
                table: "operations_alert_notifications",
                column: "alert_id");

            migrationBuilder.CreateIndex(
                name: "ix_operations_alert_notifications_status_next_attempt_at",
                table: "operations_alert_notifications",
                columns: new[] { "status", "next_attempt_at" });

            migrationBuilder.CreateIndex(
                name: "ix_operations_alerts_ended_at",
                table: "operations_alerts",
                column: "ended_at");

            migrationBuilder.CreateIndex(
                name: "ix_operations_alerts_name_subject",
                table: "operations_alerts",
                columns: new[] { "name", "subject" },
                unique: true,
                filter: "ended_at IS NULL");

            migrationBuilder.CreateIndex(
                name: "ix_operations_audits_status_claimed_until",
                table: "operations_audits",
                columns: new[] { "status", "claimed_until" });

            migrationBuilder.CreateIndex(
                name: "ix_operations_failed_messages_driver_id",
                table: "operations_failed_messages",
                column: "driver_id");

            migrationBuilder.CreateIndex(
                name: "ix_operations_failed_messages_failed_hour_fingerprint",
                table: "operations_failed_messages",
                columns: new[] { "failed_hour", "fingerprint" });

            migrationBuilder.CreateIndex(
                name: "ix_operations_failed_messages_message_id",
                table: "operations_failed_messages",
                column: "message_id");

            migrationBuilder.CreateIndex(
                name: "ix_operations_failed_messages_outcome",
                table: "operations_failed_messages",
                column: "outcome");

            migrationBuilder.CreateIndex(
                name: "ix_operations_failed_messages_redrive_id_status_ordered_by_id",
                table: "operations_failed_messages",
                columns: new[] { "redrive_id", "status", "ordered_by", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_operations_failed_messages_ride_id_status_failed_hour_failed_at",
                table: "operations_failed_messages",
                columns: new[] { "ride_id", "status", "failed_hour", "failed_at" });

            migrationBuilder.CreateIndex(
                name: "ix_operations_failed_messages_rider_id",
                table: "operations_failed_messages",
                column: "rider_id");

            migrationBuilder.CreateIndex(
                name: "ix_operations_failed_messages_status_failed_at_id",
                table: "operations_failed_messages",
                columns: new[] { "status", "failed_at", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_operations_failed_messages_status_queue_fingerprint",
                table: "operations_failed_messages",
                columns: new[] { "status", "queue", "fingerprint" });

            migrationBuilder.CreateIndex(
                name: "ix_operations_failed_messages_status_status_at",
                table: "operations_failed_messages",
                columns: new[] { "status", "status_at" });

            migrationBuilder.CreateIndex(
                name: "ix_operations_operator_actions_at_id",
                table: "operations_operator_actions",
                columns: new[] { "at", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_operations_redrives_finished_at_claimed_until",
                table: "operations_redrives",
                columns: new[] { "finished_at", "claimed_until" });

            migrationBuilder.CreateIndex(
                name: "ix_operations_redrives_requested_at_id",
                table: "operations_redrives",
                columns: new[] { "requested_at", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_payments_payment_methods_rider_id",
                table: "payments_payment_methods",
                column: "rider_id");

            migrationBuilder.CreateIndex(
                name: "ix_payments_payments_payment_id",
                table: "payments_payments",
                column: "payment_id",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_payments_payments_rider_id_status",
                table: "payments_payments",
                columns: new[] { "rider_id", "status" });

            migrationBuilder.CreateIndex(
                name: "ix_payments_payments_status_changed_at",
                table: "payments_payments",
                columns: new[] { "status", "changed_at" });

            migrationBuilder.CreateIndex(
                name: "ix_payments_sandbox_ledger_key",
                table: "payments_sandbox_ledger",
                column: "key",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_payments_sandbox_ledger_reference",
                table: "payments_sandbox_ledger",
                column: "reference");

            migrationBuilder.CreateIndex(
                name: "ix_platform_idempotency_keys_created_at",
                table: "platform_idempotency_keys",
                column: "created_at");

            migrationBuilder.CreateIndex(
                name: "ix_rides_rides_active_driver_id",
                table: "rides_rides",
                column: "active_driver_id",
                unique: true,
                filter: "active_driver_id IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_rides_rides_active_rider_id",
                table: "rides_rides",
                column: "active_rider_id",
                unique: true,
                filter: "active_rider_id IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_rides_rides_driver_id_assigned_at",
                table: "rides_rides",
                columns: new[] { "driver_id", "assigned_at" });

            migrationBuilder.CreateIndex(
                name: "ix_rides_rides_flagged_at",
                table: "rides_rides",
                column: "flagged_at",
                filter: "flagged_at IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_rides_rides_requested_at",
                table: "rides_rides",
                column: "requested_at");

            migrationBuilder.CreateIndex(
                name: "ix_rides_rides_rider_id",
                table: "rides_rides",
                column: "rider_id",
                filter: "payment_status IN ('Outstanding', 'Retrying')");

            migrationBuilder.CreateIndex(
                name: "ix_rides_rides_rider_id_requested_at",
                table: "rides_rides",
                columns: new[] { "rider_id", "requested_at" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "analytics_offer_facts");

            migrationBuilder.DropTable(
                name: "analytics_ride_facts");

            migrationBuilder.DropTable(
                name: "billing_invoices");

            migrationBuilder.DropTable(
                name: "drivers_assignments");

            migrationBuilder.DropTable(
                name: "drivers_commissions");

            migrationBuilder.DropTable(
                name: "drivers_driver_positions");

            migrationBuilder.DropTable(
                name: "drivers_earnings");

            migrationBuilder.DropTable(
                name: "drivers_ended_rides");

            migrationBuilder.DropTable(
                name: "drivers_profiles");

            migrationBuilder.DropTable(
                name: "event_log_archived_segments");

            migrationBuilder.DropTable(
                name: "event_log_archived_streams");

            migrationBuilder.DropTable(
                name: "event_log_archiver");

            migrationBuilder.DropTable(
                name: "event_log_events");

            migrationBuilder.DropTable(
                name: "event_log_hashes");

            migrationBuilder.DropTable(
                name: "event_log_head");

            migrationBuilder.DropTable(
                name: "event_log_parked_events");

            migrationBuilder.DropTable(
                name: "event_log_replays");

            migrationBuilder.DropTable(
                name: "event_log_subject_keys");

            migrationBuilder.DropTable(
                name: "event_log_subscriptions");

            migrationBuilder.DropTable(
                name: "matching_candidates");

            migrationBuilder.DropTable(
                name: "matching_offers");

            migrationBuilder.DropTable(
                name: "matching_searches");

            migrationBuilder.DropTable(
                name: "messaging_QRTZ_BLOB_TRIGGERS");

            migrationBuilder.DropTable(
                name: "messaging_QRTZ_CALENDARS");

            migrationBuilder.DropTable(
                name: "messaging_QRTZ_CRON_TRIGGERS");

            migrationBuilder.DropTable(
                name: "messaging_QRTZ_FIRED_TRIGGERS");

            migrationBuilder.DropTable(
                name: "messaging_QRTZ_LOCKS");

            migrationBuilder.DropTable(
                name: "messaging_QRTZ_PAUSED_JOB_GRPS");

            migrationBuilder.DropTable(
                name: "messaging_QRTZ_PAUSED_TRIGGER_GRPS");

            migrationBuilder.DropTable(
                name: "messaging_QRTZ_SCHEDULER_STATE");

            migrationBuilder.DropTable(
                name: "messaging_QRTZ_SIMPLE_TRIGGERS");

            migrationBuilder.DropTable(
                name: "messaging_QRTZ_SIMPROP_TRIGGERS");

            migrationBuilder.DropTable(
                name: "messaging_dead_letter_messages");

            migrationBuilder.DropTable(
                name: "messaging_inbox_state");

            migrationBuilder.DropTable(
                name: "messaging_outbox_message");

            migrationBuilder.DropTable(
                name: "messaging_outbox_state");

            migrationBuilder.DropTable(
                name: "messaging_recovery_point");

            migrationBuilder.DropTable(
                name: "messaging_scheduled_outbox_message");

            migrationBuilder.DropTable(
                name: "messaging_unfinished_events");

            migrationBuilder.DropTable(
                name: "notifications_notifications");

            migrationBuilder.DropTable(
                name: "operations_alert_notifications");

            migrationBuilder.DropTable(
                name: "operations_alerts");

            migrationBuilder.DropTable(
                name: "operations_audits");

            migrationBuilder.DropTable(
                name: "operations_endpoint_minutes");

            migrationBuilder.DropTable(
                name: "operations_failed_messages");

            migrationBuilder.DropTable(
                name: "operations_failure_notes");

            migrationBuilder.DropTable(
                name: "operations_operator_actions");

            migrationBuilder.DropTable(
                name: "operations_paused_endpoints");

            migrationBuilder.DropTable(
                name: "operations_redrives");

            migrationBuilder.DropTable(
                name: "payments_charges");

            migrationBuilder.DropTable(
                name: "payments_payment_methods");

            migrationBuilder.DropTable(
                name: "payments_payments");

            migrationBuilder.DropTable(
                name: "payments_sandbox_ledger");

            migrationBuilder.DropTable(
                name: "platform_development_secret");

            migrationBuilder.DropTable(
                name: "platform_idempotency_keys");

            migrationBuilder.DropTable(
                name: "rides_rides");

            migrationBuilder.DropTable(
                name: "event_log_archives");

            migrationBuilder.DropTable(
                name: "messaging_QRTZ_TRIGGERS");

            migrationBuilder.DropTable(
                name: "messaging_QRTZ_JOB_DETAILS");
        }
    }
}
