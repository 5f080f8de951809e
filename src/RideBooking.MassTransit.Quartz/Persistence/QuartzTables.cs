using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace MassTransit.QuartzIntegration;

/// <summary>The tables of Quartz 4.7's AdoJobStore, in the form that each database's driver delegate expects.</summary>
/// <remarks>
/// They are entity types without classes, because only Quartz reads them. The three tables of its optional execution history
/// are left out.
/// </remarks>
sealed class QuartzTables
{
    readonly ModelBuilder _model;
    readonly QuartzDatabase _database;
    readonly string _prefix;
    readonly string? _schema;

    public QuartzTables(ModelBuilder model, QuartzDatabase database, string prefix, string? schema)
    {
        _model = model;
        _database = database;
        _prefix = prefix;
        _schema = database is QuartzDatabase.Sqlite ? null : schema;
    }

    static readonly string[] JobKey = ["SCHED_NAME", "JOB_NAME", "JOB_GROUP"];
    static readonly string[] TriggerKey = ["SCHED_NAME", "TRIGGER_NAME", "TRIGGER_GROUP"];

    public void Map()
    {
        Table(
            "JOB_DETAILS",
            JobKey,
            table =>
            {
                table.Key(JobKey);
                table.Text("DESCRIPTION", 250, optional: true);
                table.Text("JOB_CLASS_NAME", 250);
                table.Flag("IS_DURABLE");
                table.Flag("IS_NONCONCURRENT");
                table.Flag("IS_UPDATE_DATA");
                table.Flag("REQUESTS_RECOVERY");
                table.Binary("JOB_DATA", optional: true);
                table.Index("J_G_N", "SCHED_NAME", "JOB_GROUP", "JOB_NAME");
            }
        );

        Table(
            "TRIGGERS",
            TriggerKey,
            table =>
            {
                table.Key(TriggerKey);
                table.Text("JOB_NAME", 150);
                table.Text("JOB_GROUP", 150);
                table.Text("DESCRIPTION", 250, optional: true);
                table.Long("NEXT_FIRE_TIME", optional: true);
                table.Long("PREV_FIRE_TIME", optional: true);
                table.Integer("PRIORITY", optional: true);
                table.Text("TRIGGER_STATE", 16);
                table.Text("TRIGGER_TYPE", 8);
                table.Long("START_TIME");
                table.Long("END_TIME", optional: true);
                table.Text("CALENDAR_NAME", 200, optional: true);
                table.Integer("MISFIRE_INSTR", optional: true, postgresType: "smallint");
                table.Long("MISFIRE_ORIG_FIRE_TIME", optional: true);
                table.Text("EXECUTION_GROUP", 200, optional: true);
                table.Text("PREFERRED_NODE", 200, optional: true);
                table.Flag("PREFERRED_NODE_AUTO", defaultValue: false);
                table.Text("RETRY_POLICY", 250, optional: true);
                table.Integer("RETRY_ATTEMPT", optional: true);
                table.Text("CONTINUES_TRIGGER_NAME", 150, optional: true);
                table.Text("CONTINUES_TRIGGER_GROUP", 150, optional: true);
                table.Integer("CONTINUATION_CONDITION", optional: true);
                table.Integer("OVERLAP_POLICY", optional: true);
                table.Text("PAUSE_REASON", 250, optional: true);
                table.Text("PAUSED_BY", 200, optional: true);
                table.Long("PAUSED_AT", optional: true);
                table.Long("MISFIRE_THRESHOLD", optional: true);
                table.Flag("FIXED_DELAY", optional: true);
                table.Binary("JOB_DATA", optional: true);
                table.BelongsToJob();
                table.Index("T_J", JobKey);
                table.Index("T_G_N", "SCHED_NAME", "TRIGGER_GROUP", "TRIGGER_NAME");
                table.Index("T_C", "SCHED_NAME", "CALENDAR_NAME");
                table
                    .Index("T_NFT_ST", "SCHED_NAME", "TRIGGER_STATE", "NEXT_FIRE_TIME", "PRIORITY", "MISFIRE_INSTR")
                    .IsDescending(false, false, false, true, false);
            }
        );

        Table(
            "SIMPLE_TRIGGERS",
            TriggerKey,
            table =>
            {
                table.Key(TriggerKey);
                table.Long("REPEAT_COUNT", sqlServerType: "int");
                table.Long("REPEAT_INTERVAL");
                table.Long("TIMES_TRIGGERED", sqlServerType: "int");
                table.ExtendsTrigger();
            }
        );

        Table(
            "CRON_TRIGGERS",
            TriggerKey,
            table =>
            {
                table.Key(TriggerKey);
                table.Text("CRON_EXPRESSION", 250);
                table.Text("TIME_ZONE_ID", 80, optional: true);
                table.ExtendsTrigger();
            }
        );

        Table(
            "SIMPROP_TRIGGERS",
            TriggerKey,
            table =>
            {
                table.Key(TriggerKey);
                table.Text("STR_PROP_1", 512, optional: true);
                table.Text("STR_PROP_2", 512, optional: true);
                table.Text("STR_PROP_3", 512, optional: true);
                table.Integer("INT_PROP_1", optional: true);
                table.Integer("INT_PROP_2", optional: true);
                table.Long("LONG_PROP_1", optional: true);
                table.Long("LONG_PROP_2", optional: true);
                table.Number("DEC_PROP_1");
                table.Number("DEC_PROP_2");
                table.Flag("BOOL_PROP_1", optional: true);
                table.Flag("BOOL_PROP_2", optional: true);
                table.Text("TIME_ZONE_ID", 80, optional: true);
                table.ExtendsTrigger();
            }
        );

        Table(
            "BLOB_TRIGGERS",
            TriggerKey,
            table =>
            {
                table.Key(TriggerKey);
                table.Binary("BLOB_DATA", optional: true);
                table.ExtendsTrigger();
            }
        );

        Table(
            "CALENDARS",
            ["SCHED_NAME", "CALENDAR_NAME"],
            table =>
            {
                table.Text("SCHED_NAME", 120);
                table.Text("CALENDAR_NAME", 200);
                table.Binary("CALENDAR");
            }
        );

        PausedGroups("PAUSED_TRIGGER_GRPS", "TRIGGER_GROUP");
        PausedGroups("PAUSED_JOB_GRPS", "JOB_GROUP");

        Table(
            "FIRED_TRIGGERS",
            ["SCHED_NAME", "ENTRY_ID"],
            table =>
            {
                table.Text("SCHED_NAME", 120);
                table.Text("ENTRY_ID", 140);
                table.Text("TRIGGER_NAME", 150);
                table.Text("TRIGGER_GROUP", 150);
                table.Text("INSTANCE_NAME", 200);
                table.Long("FIRED_TIME");
                table.Long("SCHED_TIME");
                table.Integer("PRIORITY");
                table.Text("STATE", 16);
                table.Text("JOB_NAME", 150, optional: true);
                table.Text("JOB_GROUP", 150, optional: true);
                table.Flag("IS_NONCONCURRENT", optional: _database is not QuartzDatabase.Postgres);
                table.Flag("REQUESTS_RECOVERY", optional: true);
                table.Text("EXECUTION_GROUP", 200, optional: true);
                table.Integer("PROGRESS", optional: true);
                table.Text("PROGRESS_MESSAGE", 250, optional: true);
                table.Long("INTERRUPT_REQUESTED_TIME", optional: true);
                table.Index("FT_INST_JOB_REQ_RCVRY", "SCHED_NAME", "INSTANCE_NAME", "REQUESTS_RECOVERY");
                table.Index("FT_J_G", JobKey);
                table.Index("FT_T_G", TriggerKey);
            }
        );

        Table(
            "SCHEDULER_STATE",
            ["SCHED_NAME", "INSTANCE_NAME"],
            table =>
            {
                table.Text("SCHED_NAME", 120);
                table.Text("INSTANCE_NAME", 200);
                table.Long("LAST_CHECKIN_TIME");
                table.Long("CHECKIN_INTERVAL");
                table.Text("QUARTZ_VERSION", 20, optional: true);
            }
        );

        Table(
            "LOCKS",
            ["SCHED_NAME", "LOCK_NAME"],
            table =>
            {
                table.Text("SCHED_NAME", 120);
                table.Text("LOCK_NAME", 40);
            }
        );
    }

    void PausedGroups(string name, string group) =>
        Table(
            name,
            ["SCHED_NAME", group],
            table =>
            {
                table.Text("SCHED_NAME", 120);
                table.Text(group, 150);
                table.Text("PAUSE_REASON", 250, optional: true);
                table.Text("PAUSED_BY", 200, optional: true);
                table.Long("PAUSED_AT", optional: true);
            }
        );

    void Table(string name, string[] key, Action<QuartzTable> columns) =>
        _model.SharedTypeEntity<Dictionary<string, object>>(
            "Quartz." + name,
            entity =>
            {
                entity.ToTable(Case(_prefix + name), _schema);
                columns(new QuartzTable(this, entity, name));
                entity.HasKey(key).HasName(Case($"PK_{_prefix}{name}"));
            }
        );

    /// <summary>
    /// Returns the name in the database's case: PostgreSQL folds Quartz's unquoted names to lower case; others use upper case.
    /// </summary>
    string Case(string name) =>
#pragma warning disable CA1308 // A name in a database, not a comparison.
        _database is QuartzDatabase.Postgres ? name.ToLowerInvariant() : name;
#pragma warning restore CA1308

    sealed class QuartzTable(QuartzTables tables, EntityTypeBuilder<Dictionary<string, object>> entity, string name)
    {
        /// <summary>The columns of a job's or trigger's key.</summary>
        public void Key(string[] columns)
        {
            Text(columns[0], 120);
            Text(columns[1], 150);
            Text(columns[2], 150);
        }

        public void Text(string column, int length, bool optional = false) =>
            Column<string>(column, optional, sqlite: "TEXT", postgres: "text", sqlServer: $"nvarchar({length})");

        public void Flag(string column, bool optional = false, bool? defaultValue = null)
        {
            PropertyBuilder property = optional
                ? Column<bool?>(column, optional, sqlite: "INTEGER", postgres: "boolean", sqlServer: "bit")
                : Column<bool>(column, optional, sqlite: "INTEGER", postgres: "boolean", sqlServer: "bit");
            if (defaultValue is { } value)
                property.HasDefaultValue(value);
        }

        public void Integer(string column, bool optional = false, string postgresType = "integer") =>
            _ = optional
                ? (PropertyBuilder)Column<int?>(column, optional, sqlite: "INTEGER", postgresType, sqlServer: "int")
                : Column<int>(column, optional, sqlite: "INTEGER", postgresType, sqlServer: "int");

        public void Long(string column, bool optional = false, string sqlServerType = "bigint") =>
            _ = optional
                ? (PropertyBuilder)Column<long?>(column, optional, sqlite: "INTEGER", postgres: "bigint", sqlServerType)
                : Column<long>(column, optional, sqlite: "INTEGER", postgres: "bigint", sqlServerType);

        public void Number(string column) =>
            Column<decimal?>(column, true, sqlite: "NUMERIC", postgres: "numeric", sqlServer: "numeric(13,4)");

        public void Binary(string column, bool optional = false) =>
            Column<byte[]>(column, optional, sqlite: "BLOB", postgres: "bytea", sqlServer: "varbinary(max)");

        public IndexBuilder<Dictionary<string, object>> Index(string indexName, params string[] columns) =>
            entity.HasIndex(columns).HasDatabaseName(tables.Case($"IDX_{tables._prefix}{indexName}"));

        public void BelongsToJob() =>
            entity
                .HasOne("Quartz.JOB_DETAILS", null)
                .WithMany()
                .HasForeignKey(JobKey)
                .HasConstraintName(ForeignKeyTo("JOB_DETAILS"))
                .OnDelete(DeleteBehavior.NoAction);

        /// <summary>Maps the cascade that Quartz relies on.</summary>
        /// <remarks>Quartz deletes only a trigger's row; the cascade deletes the rows that extend it.</remarks>
        public void ExtendsTrigger() =>
            entity
                .HasOne("Quartz.TRIGGERS", null)
                .WithOne()
                .HasForeignKey("Quartz." + name, TriggerKey)
                .HasConstraintName(ForeignKeyTo("TRIGGERS"))
                .OnDelete(DeleteBehavior.Cascade);

        string ForeignKeyTo(string principal) => tables.Case($"FK_{tables._prefix}{name}_{tables._prefix}{principal}");

        PropertyBuilder<T> Column<T>(string column, bool optional, string sqlite, string postgres, string sqlServer) =>
            entity
                .IndexerProperty<T>(column)
                .HasColumnName(tables.Case(column))
                .IsRequired(!optional)
                .ValueGeneratedNever()
                .HasColumnType(
                    tables._database switch
                    {
                        QuartzDatabase.Sqlite => sqlite,
                        QuartzDatabase.Postgres => postgres,
                        _ => sqlServer,
                    }
                );
    }
}
