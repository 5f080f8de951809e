using System.Text.Json.Nodes;
using RideBooking.Contracts;
using RideBooking.EventLog;
using RideBooking.Host;
using RideBooking.Schemas;
using RideBooking.Tests.Documentation;

namespace RideBooking.Tests.Schemas;

/// <summary>The check that the build of the host runs.</summary>
public sealed class CheckSchemasTests : IDisposable
{
    static readonly Lazy<EventUsage> s_usage = new(() =>
        new EventUsage(Modules.All.Select(module => module.GetType().Assembly))
    );

    static readonly string CheckedIn = Path.Combine(
        GeneratedPage.Repository(),
        "src",
        "RideBooking.Contracts",
        "Schemas"
    );

    readonly string _folder = Directory.CreateTempSubdirectory("ridebooking-schemas-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void The_checked_in_schemas_are_those_of_the_records() =>
        CheckSchemas
            .In(
                CheckedIn,
                [.. EventCatalogue.Published.All],
                s_usage,
                update: Environment.GetEnvironmentVariable(CheckSchemas.Update) == "1"
            )
            .ShouldBeEmpty();

    [Fact]
    public void The_program_contains_the_checked_in_schemas()
    {
        var checkedIn = SchemaRegistry.In(CheckedIn);
        checkedIn
            .Schemas.Select(schema => (schema.Released, schema.Text))
            .ShouldBe(SchemaRegistry.OfThisBuild.Schemas.Select(schema => (schema.Released, schema.Text)));
        checkedIn.Schemas.Count.ShouldBe(EventCatalogue.Published.All.Count());
        checkedIn.Versions.Select(version => version.Id).ShouldBe(Enumerable.Range(1, checkedIn.Versions.Count));
    }

    [Fact]
    public void Every_schema_explains_each_member_and_has_an_example_that_fits_it()
    {
        foreach (var registered in SchemaRegistry.OfThisBuild.Schemas)
        {
            var schema = registered.Parse();
            foreach (var (name, member) in schema["properties"]!.AsObject())
                member!["description"]!.GetValue<string>().ShouldNotBeEmpty($"{registered.Subject}.{name}");
            var examples = schema["examples"]!.AsArray();
            examples.ShouldNotBeEmpty(registered.Subject);
            examples.ShouldAllBe(example => SampleMessages.Accepts(schema, example));
        }
    }

    [Fact]
    public void A_new_version_needs_a_schema_which_the_check_writes_on_request()
    {
        Check(update: false, (typeof(RideStarted), 1))
            .ShouldHaveSingleItem()
            .ShouldContain("error schema_missing: Sample version 1: ");

        Check(update: true, (typeof(RideStarted), 1)).ShouldBeEmpty();
        Check(update: true, (typeof(RideStarted), 1), (typeof(RideStarted), 2)).ShouldBeEmpty();

        Check(update: false, (typeof(RideStarted), 1), (typeof(RideStarted), 2)).ShouldBeEmpty();
        SchemaRegistry.In(_folder).Versions.Select(version => (version.Id, version.Version)).ShouldBe([(1, 1), (2, 2)]);
    }

    [Fact]
    public void A_file_that_is_not_what_the_record_says_is_found()
    {
        Check(update: true, (typeof(RideStarted), 1));
        var file = Path.Combine(_folder, "Sample", "v1.json");
        File.WriteAllText(
            file,
            File.ReadAllText(file).Replace("The rider is aboard.", "Another text.", StringComparison.Ordinal)
        );

        Check(update: false, (typeof(RideStarted), 1)).ShouldHaveSingleItem().ShouldContain("error schema_stale: ");
        Check(update: true, (typeof(RideStarted), 1)).ShouldBeEmpty();
    }

    [Fact]
    public void A_record_that_changed_after_its_release_fails_even_when_the_check_may_write()
    {
        Check(update: true, (typeof(RideStarted), 1));

        var problem = Check(update: true, (typeof(DriverArrived), 1)).ShouldHaveSingleItem();

        problem.ShouldContain("error record_changed: Sample version 1: DriverArrived changed");
        problem.ShouldContain("'waitSeconds' was removed, 'freeWaitUntil' was added");
        problem.ShouldContain("add a record with Version = 2");
        problem.ShouldContain("Its consumers: Analytics.RecordRideFacts, Notifications.RecordNotifications.");
    }

    [Fact]
    public void A_record_that_was_removed_after_its_release_is_found()
    {
        Check(update: true, (typeof(RideStarted), 1), (typeof(RideStarted), 2));

        Check(update: true, (typeof(RideStarted), 2))
            .ShouldHaveSingleItem()
            .ShouldContain("error record_missing: Sample version 1: ");
    }

    [Fact]
    public void A_version_that_is_not_compatible_is_not_released_and_the_message_names_rule_version_member_and_consumer()
    {
        Check(update: true, (typeof(RideStarted), 1));

        var problems = Check(update: true, (typeof(RideStarted), 1), (typeof(DriverArrived), 2));

        problems.ShouldContain(problem =>
            problem.Contains("error schema_incompatible: Sample version 2: FULL_TRANSITIVE, backward with version 1: ")
            && problem.Contains("required_member_missing at 'freeWaitUntil'")
            && problem.Contains(
                "Its consumers: Analytics.RecordRideFacts, Drivers.TrackAssignments, Notifications.RecordNotifications."
            )
            && problem.Contains("'freeWaitUntil' is read by Notifications.NotificationTemplates.")
        );
        problems.ShouldContain(problem =>
            problem.Contains("forward with version 1: required_member_missing at 'waitSeconds'")
        );
        SchemaRegistry.In(_folder).Versions.Count.ShouldBe(1);
    }

    [Fact]
    public void An_event_may_have_a_level_of_its_own()
    {
        Check(update: true, (typeof(BalanceOutstanding), 1));
        // It adds a required member.
        Check(update: true, (typeof(BalanceOutstanding), 1), (typeof(BalanceSettled), 2))
            .ShouldHaveSingleItem()
            .ShouldContain("backward");

        var index = Path.Combine(_folder, SchemaRegistry.Index);
        var registry = JsonNode.Parse(File.ReadAllText(index))!;
        registry["subjects"]!["Sample"] = "FORWARD_TRANSITIVE";
        File.WriteAllText(index, registry.ToJsonString());

        Check(update: true, (typeof(BalanceOutstanding), 1), (typeof(BalanceSettled), 2)).ShouldBeEmpty();
        SchemaRegistry.In(_folder).LevelOf("Sample").ShouldBe(CompatibilityLevel.ForwardTransitive);
    }

    [Theory]
    [InlineData(typeof(RideCompleted), "distanceMeters", "Billing.ComputeFare", "Billing.FinalFare", "Rides.RideState")]
    [InlineData(typeof(DriverArrived), "freeWaitUntil", "Notifications.NotificationTemplates")]
    [InlineData(typeof(RideCompleted), "noSuchMember")]
    public void The_readers_of_a_member_are_found_in_the_code(Type record, string member, params string[] readers) =>
        s_usage.Value.ReadersOf(record, member).ShouldBe(readers);

    /// <summary>Checks the versions of an event whose records are borrowed from other events.</summary>
    IReadOnlyList<string> Check(bool update, params (Type Record, int Version)[] versions) =>
        CheckSchemas.In(
            _folder,
            [.. versions.Select(of => new EventType(of.Record, "Sample", of.Version, "rides", "rideId"))],
            s_usage,
            update
        );
}
