using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Hosting;
using RideBooking.Contracts;
using RideBooking.EventLog;
using RideBooking.Platform;
using RideBooking.Platform.Hosting;
using RideBooking.Platform.Messaging;
using RideBooking.Platform.Persistence;
using RideBooking.Rides;
using RideBooking.TestKit.Contracts;

namespace RideBooking.Tests.Rides;

/// <summary>The state machine with its real repository, inbox and outbox on a SQLite file. The bus is never started: messages stay in the outbox.</summary>
public sealed class When_a_ride_is_stored : IAsyncLifetime
{
    static readonly DateTimeOffset T0 = new(2026, 1, 10, 10, 0, 0, TimeSpan.Zero);
    static readonly Place Here = Samples.Alexanderplatz;
    static readonly Place There = Samples.Zoo;

    readonly string _folder = Directory.CreateTempSubdirectory("ridebooking-rides-").FullName;
    readonly ServiceProvider _services;

    public When_a_ride_is_stored()
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection([
                new("ConnectionStrings:RideBooking", $"Data Source={Path.Combine(_folder, "rides.db")};Pooling=False"),
            ])
            .Build();
        var services = new ServiceCollection();
        var module = new RidesModule();
        services.AddLogging();
        services.AddSingleton<IConfiguration>(configuration);
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton<IModule>(module);
        module.AddServices(services, configuration);
        services.AddMessagingServices(configuration, new Nowhere(), services.AddPersistence(configuration), [module]);
        _services = services.BuildServiceProvider();
    }

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => await Db(db => Tables.CreateIn(db, Stop));

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task A_ride_comes_back_as_it_was_written()
    {
        var (id, quote) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        await TrySend(Request(id) with { QuoteId = quote, QuotedFare = new Money(12.4m, "EUR") });
        await TrySend(Assigned(id, "anna"));

        var ride = await Read(id);
        ride.Status.ShouldBe("DriverAssigned");
        (ride.Pickup, ride.Dropoff).ShouldBe((Here, There));
        (ride.QuoteId, ride.QuotedFare).ShouldBe((quote, new Money(12.4m, "EUR")));
        ride.DriverVehicle.ShouldBe(new Vehicle("standard", "B-RB 1", "Testarossa"));
        (ride.Fare, ride.Tolls, ride.PaymentAmount).ShouldBe((null, null, null));
        (ride.RequestedAt, ride.AssignedAt).ShouldBe((T0, T0.AddSeconds(10)));
        ride.PaymentStatus.ShouldBe(PaymentStatus.None);
    }

    [Fact]
    public async Task An_amount_of_zero_is_zero_and_one_that_is_absent_is_absent()
    {
        var id = Guid.CreateVersion7();
        await TrySend(Request(id));
        (await Read(id)).Fare.ShouldBeNull();
        await TrySend(
            new CancellationFeeAssessedV2(
                id,
                "rider",
                null,
                null,
                Money.Zero("EUR"),
                "noDriverAssigned",
                "v1",
                null,
                T0
            )
        );

        var ride = await Read(id);
        (ride.Fare, ride.PaymentAmount, ride.Tolls).ShouldBe((Money.Zero("EUR"), null, null));
    }

    [Fact]
    public async Task Tolls_of_zero_are_zero()
    {
        var id = Guid.CreateVersion7();
        await TrySend(Request(id));
        await TrySend(Assigned(id, "anna"));
        await TrySend(new ArriveAtPickup(id, "anna", T0.AddSeconds(60)));
        await TrySend(new StartRide(id, "anna", T0.AddSeconds(90)));
        await TrySend(new CompleteRide(id, "anna", 6100, Money.Zero("EUR"), T0.AddSeconds(900)));
        (await Read(id)).Tolls.ShouldBe(Money.Zero("EUR"));
    }

    /// <summary>Checks the precondition of <see cref="OptionalValueInterceptor"/> for every value of the model.</summary>
    [Fact]
    public async Task Every_optional_value_has_a_required_member_that_tells_whether_it_is_there() =>
        (
            await Db(db =>
                Task.FromResult(
                    db.Model.GetEntityTypes()
                        .SelectMany(entity => entity.GetComplexProperties())
                        .Where(value => value.IsNullable)
                        .Where(value =>
                            !value
                                .ComplexType.GetProperties()
                                .Any(member => !member.IsNullable && !member.ClrType.IsValueType)
                        )
                        .Select(value => $"{value.DeclaringType.DisplayName()}.{value.Name}")
                        .ToList()
                )
            )
        ).ShouldBeEmpty();

    [Fact]
    public async Task The_version_moves_by_one_with_each_change_and_not_without()
    {
        var id = Guid.CreateVersion7();
        await TrySend(Request(id));
        (await Read(id)).Version.ShouldBe(1);
        await TrySend(Assigned(id, "anna"));
        (await Read(id)).Version.ShouldBe(2);

        await TrySend(Assigned(id, "anna") with { Attempt = 2 }); // the same offer again
        await TrySend(new StartRide(id, "anna", T0));
        await TrySend(new SearchDeadlinePassed(id, 1));
        await TrySend(new ArriveAtPickup(id, "bela", T0));
        (await Read(id)).Version.ShouldBe(2);

        await TrySend(new ReleaseRide(id, "anna", "flat tyre", T0.AddSeconds(60)));
        var ride = await Read(id);
        (ride.Version, ride.Status, ride.DriverVehicle, ride.EndedOffers.Count).ShouldBe((3, "Requested", null, 1));
        await TrySend(new CancelRide(id, "rider", "late", T0.AddSeconds(90)));
        (await Read(id)).Version.ShouldBe(4);
        (await TrySend(new CancelRide(id, "rider", "late", T0.AddSeconds(91)))).ShouldBeTrue();
        (await Read(id)).Version.ShouldBe(4);
        await TrySend(new PaymentCaptured(id, "rider", Guid.CreateVersion7(), new Money(5m, "EUR"), 1, T0));
        ride = await Read(id);
        (ride.Version, ride.PaymentAmount).ShouldBe((5, new Money(5m, "EUR")));
    }

    [Fact]
    public async Task The_same_command_twice_is_one_change()
    {
        var (id, messageId) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        (await TrySend(Request(id), messageId)).ShouldBeTrue();
        (await TrySend(Request(id), messageId)).ShouldBeFalse();
        (await EventsOf(id)).ShouldBe(["RideRequested"]);
    }

    [Fact]
    public async Task A_refusal_shows_the_ride_as_the_machine_saw_it()
    {
        var id = Guid.CreateVersion7();
        await TrySend(Request(id));

        var refused = await Send(new StartRide(id, "anna", T0));

        refused.Accepted.ShouldBeFalse();
        refused.Saga.ShouldBeOfType<Ride>().Status.ShouldBe("Requested");
    }

    [Fact]
    public async Task A_rider_has_one_active_ride()
    {
        await TrySend(Request(Guid.CreateVersion7()));
        await Should.ThrowAsync<DbUpdateConcurrencyException>(() => TrySend(Request(Guid.CreateVersion7())));
        (await TrySend(Request(Guid.CreateVersion7()) with { RiderId = "another" })).ShouldBeTrue();
    }

    [Fact]
    public async Task A_driver_has_one_active_ride()
    {
        var (first, second) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        await TrySend(Request(first));
        await TrySend(Request(second) with { RiderId = "another" });
        await TrySend(Assigned(first, "anna"));
        await Should.ThrowAsync<DbUpdateConcurrencyException>(() => TrySend(Assigned(second, "anna")));
        (await Read(second)).Status.ShouldBe("Requested");

        await TrySend(new CancelRide(first, "rider", "late", T0));
        await TrySend(Assigned(second, "anna"));
        (await Read(second)).Status.ShouldBe("DriverAssigned");
    }

    [Fact]
    public async Task Of_a_concurrent_cancel_and_start_one_wins_and_the_other_is_refused()
    {
        var id = Guid.CreateVersion7();
        await TrySend(Request(id));
        await TrySend(Assigned(id, "anna"));
        await TrySend(new ArriveAtPickup(id, "anna", T0.AddSeconds(60)));

        var answers = await Task.WhenAll(
            TrySend(new CancelRide(id, "rider", "late", T0.AddSeconds(90))),
            TrySend(new StartRide(id, "anna", T0.AddSeconds(90)))
        );

        answers.Count(accepted => accepted).ShouldBe(1);
        var ride = await Read(id);
        ride.Status.ShouldBe(answers[0] ? "Cancelled" : "InProgress");
        ride.Version.ShouldBe(4);
    }

    [Fact]
    public async Task A_command_that_only_the_cached_ride_would_accept_is_refused()
    {
        var id = Guid.CreateVersion7();
        await TrySend(Request(id));
        await TrySend(Assigned(id, "anna"));
        // Another process has cancelled it; this one still has it in its cache with its driver.
        await Db(db =>
            db.Set<Ride>()
                .ExecuteUpdateAsync(
                    row => row.SetProperty(ride => ride.Status, "Cancelled").SetProperty(ride => ride.Version, 3),
                    Stop
                )
        );

        (await TrySend(new ArriveAtPickup(id, "anna", T0.AddSeconds(60)))).ShouldBeFalse();

        (await Read(id)).Status.ShouldBe("Cancelled");
        (await EventsOf(id)).ShouldBe(["RideRequested"]);
    }

    [Fact]
    public async Task Published_events_are_in_the_event_log_with_the_change()
    {
        var id = Guid.CreateVersion7();
        await TrySend(Request(id));
        await TrySend(Assigned(id, "anna"));
        await TrySend(new ArriveAtPickup(id, "anna", T0.AddSeconds(60)));
        await TrySend(new StartRide(id, "anna", T0.AddSeconds(90)));
        await TrySend(new CompleteRide(id, "anna", 6100, new Money(1m, "EUR"), T0.AddSeconds(900)));
        (await EventsOf(id)).ShouldBe(["RideRequested", "DriverArrived", "RideStarted", "RideCompleted"]);
        (await Read(id)).Tolls.ShouldBe(new Money(1m, "EUR"));
    }

    static RequestRide Request(Guid id) => new(id, "rider", Here, There, "standard", null, null, null, null, T0);

    static DriverAssigned Assigned(Guid ride, string driver) =>
        Events.DriverAssigned(ride, T0.AddSeconds(10), "rider", driver, ride);

    async Task<bool> TrySend<T>(T message, Guid? messageId = null)
        where T : class => (await Send(message, messageId)).Accepted;

    Task<CommandOutcome> Send<T>(T message, Guid? messageId = null)
        where T : class =>
        _services
            .GetRequiredService<SagaCommandDispatcher<Ride>>()
            .Send(message, messageId ?? Guid.CreateVersion7(), Stop);

    Task<Ride> Read(Guid id) =>
        Db(db => db.Set<Ride>().AsNoTracking().SingleAsync(ride => ride.CorrelationId == id, Stop));

    Task<List<string>> EventsOf(Guid id) =>
        Db(async db =>
            (await db.ReadEvents(new EventFilter(StreamId: id.ToString()), 100, Stop))
                .Select(row => row.EventType)
                .ToList()
        );

    async Task<T> Db<T>(Func<AppDbContext, Task<T>> use)
    {
        await using var scope = _services.CreateAsyncScope();
        return await use(scope.ServiceProvider.GetRequiredService<AppDbContext>());
    }

    sealed class Nowhere : IHostEnvironment
    {
        public string EnvironmentName { get; set; } = "Development";
        public string ApplicationName { get; set; } = "RideBooking.Tests";
        public string ContentRootPath { get; set; } = AppContext.BaseDirectory;
        public IFileProvider ContentRootFileProvider { get; set; } = new NullFileProvider();
    }
}
