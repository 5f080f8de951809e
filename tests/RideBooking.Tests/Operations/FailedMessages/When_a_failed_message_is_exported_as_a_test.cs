using System.Net;
using System.Text.Json.Nodes;
using RideBooking.Contracts;
using RideBooking.Payments;
using RideBooking.Rides;
using RideBooking.Testing;
using RideBooking.TestKit.Api;
using RideBooking.TestKit.Contracts;
using RideBooking.Tests.Host;

namespace RideBooking.Tests.Operations.FailedMessages;

/// <summary>A developer gets a failed message with its saga as a test, which compiles and does what the redrive would do.</summary>
public sealed class When_a_failed_message_is_exported_as_a_test(EmbeddedHost host) : IClassFixture<EmbeddedHost>
{
    static DateTimeOffset Now => DateTimeOffset.UtcNow;

    [Fact]
    public async Task It_reproduces_the_failure_of_an_activity()
    {
        var payment = SomeSaga.Payment(nameof(PaymentStateMachine.Expected));
        var ride = SomeSaga.Ride(nameof(RideStateMachine.Completed));
        await host.Services.Store(payment);
        await host.Services.Store(ride);
        var fare = Events.FareFinalized(payment.CorrelationId, Now, Samples.Euro(12.4m), payment.RiderId);

        foreach (
            var test in new[]
            {
                await Export("payment", fare with { Lines = [new FareLine("base", "Base fare", Samples.Euro(1))] }),
                await Export("ride", fare with { RideId = ride.CorrelationId, RiderId = "someone \"else\"" }),
            }
        )
        {
            test["result"]!.ToString().ShouldBe("failsAgain");
            Source(test).ShouldContain("Faulted<UnacceptableMessageException>()");
            await ExportedTest.Run(Source(test));
        }
    }

    [Fact]
    public async Task It_fails_itself_once_the_cause_is_fixed()
    {
        var payment = SomeSaga.Payment(nameof(PaymentStateMachine.Expected));
        await host.Services.Store(payment);
        var fare = Events.FareFinalized(payment.CorrelationId, Now, Samples.Euro(12.4m), payment.RiderId);
        var test = Source(
            await Export("payment", fare with { Lines = [new FareLine("base", "Base fare", Samples.Euro(1))] })
        );

        var mended = test.Replace("new Money(1m, \"EUR\")", "new Money(12.4m, \"EUR\")");
        mended.ShouldNotBe(test);
        await Should.ThrowAsync<SagaLabException>(() => ExportedTest.Run(mended));
    }

    [Fact]
    public async Task It_reproduces_that_the_state_does_not_accept_the_message()
    {
        var (ride, payment) = (SomeSaga.Ride("Initial"), SomeSaga.Payment("Initial"));
        await host.Services.Store(ride);
        await host.Services.Store(payment);

        foreach (
            var test in new[]
            {
                await Export("ride", new CancelRide(ride.CorrelationId, ride.RiderId, "no hurry", Now)),
                await Export("payment", new ChargeSucceeded(payment.CorrelationId, 1)),
            }
        )
        {
            Source(test).ShouldContain("NotAccepted<");
            await ExportedTest.Run(Source(test));
        }
    }

    [Fact]
    public async Task It_reproduces_that_there_is_no_instance()
    {
        var unknownId = Guid.CreateVersion7();

        foreach (
            var test in new[]
            {
                await Export("ride", new CancelRide(unknownId, "a rider", "no hurry", Now)),
                await Export("ride", new SearchDeadlinePassed(unknownId, 1)),
                await Export("payment", new ChargeSucceeded(unknownId, 1)),
            }
        )
        {
            test["result"]!.ToString().ShouldBe("missingInstance");
            await ExportedTest.Run(Source(test));
        }
    }

    [Theory]
    [InlineData(nameof(RideStateMachine.Requested))]
    [InlineData(nameof(RideStateMachine.DriverAssigned))]
    [InlineData(nameof(RideStateMachine.InProgress))]
    [InlineData(nameof(RideStateMachine.Cancelled))]
    public async Task It_does_what_the_redrive_would_do_if_the_message_no_longer_fails(string status)
    {
        var ride = SomeSaga.Ride(status);
        await host.Services.Store(ride);

        foreach (
            var test in new[]
            {
                await Export("ride", new ForceCancel(ride.CorrelationId, "stuck", Now)),
                await Export("ride", new SearchDeadlinePassed(ride.CorrelationId, 1)),
                await Export("ride", Events.DriverAssigned(ride.CorrelationId, Now, ride.RiderId)),
            }
        )
            await ExportedTest.Run(Source(test));
    }

    [Fact]
    public async Task It_shows_the_message_but_no_personal_data_that_only_the_saga_has()
    {
        var ride = SomeSaga.Ride(nameof(RideStateMachine.DriverAssigned));
        await host.Services.Store(ride);

        var source = Source(await Export("ride", new ForceCancel(ride.CorrelationId, "as they asked", Now)));
        source.ShouldContain("as they asked");
        source.ShouldContain(ride.RiderId);
        foreach (var secret in new[] { SomeSaga.Address, SomeSaga.DriverName, "SECRET" })
            source.ShouldNotContain(secret);
        source.ShouldContain("Pickup = new Place(0, 0, \"redacted\")");
        // A setting that is no secret is there, and one that could be is not.
        source.ShouldContain("new RideTimes(");
        var payment = SomeSaga.Payment(nameof(PaymentStateMachine.Expected));
        await host.Services.Store(payment);
        Source(
                await Export(
                    "payment",
                    Events.FareFinalized(payment.CorrelationId, Now, Samples.Euro(1), payment.RiderId)
                )
            )
            .ShouldNotContain("tok_");

        // What the message says anyway need not be redacted, and the test is as the failure was.
        var assigned = Events.DriverAssigned(ride.CorrelationId, Now, ride.RiderId, driverName: SomeSaga.DriverName);
        Source(await Export("ride", assigned)).Split(SomeSaga.DriverName).Length.ShouldBe(3);
    }

    [Fact]
    public async Task Only_a_message_that_reaches_a_state_machine_becomes_a_test()
    {
        var operations = await host.City.Operator();
        foreach (
            var id in new[]
            {
                await host.Services.Fail("compute-fare", Events.RideCompleted(Guid.CreateVersion7(), Now)),
                await host.Services.FailRaw("ride_error", "not json"u8.ToArray()),
            }
        )
            (await operations.Get($"operations/failed-messages/{id}/test")).ShouldBe(
                HttpStatusCode.Conflict,
                "test_not_exportable"
            );
        (await operations.Get("operations/failed-messages/ride_error.0123456789abcdef/test")).ShouldBe(
            HttpStatusCode.NotFound,
            "failed_message_not_found"
        );
    }

    async Task<JsonNode> Export<T>(string endpoint, T message)
        where T : class
    {
        var operations = await host.City.Operator();
        var id = await host.Services.Fail(endpoint, message);
        return (await operations.Get($"operations/failed-messages/{id}/test")).ShouldBe(HttpStatusCode.OK).Body!;
    }

    static string Source(JsonNode test) => test["source"]!.ToString();
}
