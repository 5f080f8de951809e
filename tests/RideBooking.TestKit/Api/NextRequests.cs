using System.Net;
using System.Text.Json.Nodes;

namespace RideBooking.TestKit.Api;

/// <summary>A write of a caller, the next request of the same caller, and what it must see.</summary>
/// <param name="Caller">The caller's role.</param>
/// <param name="Write">The caller's last action or observation.</param>
/// <param name="Next">The next request.</param>
/// <param name="Sees">The answer to that, in words.</param>
/// <param name="Check">Sends both requests and fails if the answer differs.</param>
public sealed record NextRequest(string Caller, string Write, string Next, string Sees, Func<CallerStory, Task> Check);

/// <summary>Every pair of a write and the same caller's next request; docs/visibility.md is made from it.</summary>
public static class NextRequests
{
    const string Riders = "rider";
    const string Drivers = "driver";
    const string Operators = "operator";

    public static readonly IReadOnlyList<NextRequest> All =
    [
        // Riders
        Rider(
            "POST /quotes",
            "POST /rides",
            "201 with the quoted fare",
            async s =>
                (
                    await s.Rider.TryRequest(
                        s.Pickup,
                        s.Dropoff,
                        (await s.Rider.Quote(s.Pickup, s.Dropoff)).Text("quoteId")
                    )
                )
                    .Is(HttpStatusCode.Created)
                    .Body!["quote"]
                    .ShouldNotBeNull()
        ),
        Rider(
            "POST /rides",
            "GET /rides/{id}",
            "the ride, `requested`",
            async s => (await s.Rider.Get($"rides/{await s.Requested()}")).Is("status", "requested")
        ),
        Rider(
            "POST /rides",
            "GET /rides",
            "the ride, first in the list",
            async s => (await s.FirstRide(await s.Requested())).Text("status").ShouldBe("requested")
        ),
        Rider(
            "POST /rides",
            "GET /rides/{id}/history",
            "`RideRequested`",
            async s => (await s.Rider.Get($"rides/{await s.Requested()}/history")).HasEvents("RideRequested")
        ),
        Rider(
            "POST /rides",
            "GET /rides/{id}/events",
            "`RideRequested`",
            async s => await s.Rider.Streams($"rides/{await s.Requested()}/events", "RideRequested")
        ),
        Rider(
            "POST /rides",
            "GET /rides/{id}/cancellation-preview",
            "that it is free",
            async s => (await s.Rider.Get($"rides/{await s.Requested()}/cancellation-preview")).Is("free", "true")
        ),
        Rider(
            "POST /rides",
            "GET /rides/{id}/receipt",
            "404 `receipt_not_ready`",
            async s =>
                (await s.Rider.Get($"rides/{await s.Requested()}/receipt")).ShouldBe(
                    HttpStatusCode.NotFound,
                    "receipt_not_ready"
                )
        ),
        Rider(
            "POST /rides",
            "POST /rides",
            "409 `active_ride_exists`",
            async s =>
            {
                await s.Requested();
                (await s.Rider.TryRequest(s.Pickup, s.Dropoff)).ShouldBe(HttpStatusCode.Conflict, "active_ride_exists");
            }
        ),
        Rider(
            "POST /rides",
            "POST /rides/{id}/cancel",
            "202",
            async s => (await s.Rider.Cancels(await s.Requested())).Is(HttpStatusCode.Accepted)
        ),
        Rider(
            "POST /rides/{id}/cancel",
            "GET /rides/{id}",
            "`cancelled`, with the fee",
            async s =>
            {
                var ride = (await s.Rider.Get($"rides/{await s.CancelledLate()}")).Is("status", "cancelled").Body!;
                ride["fare"].ShouldNotBeNull();
                ride["payment"]!["status"]!.GetValue<string>().ShouldNotBe("none");
            }
        ),
        Rider(
            "POST /rides/{id}/cancel",
            "GET /rides",
            "`cancelled`, with the fee",
            async s => (await s.FirstRide(await s.CancelledLate()))["fare"].ShouldNotBeNull()
        ),
        Rider(
            "POST /rides/{id}/cancel",
            "GET /rides/{id}/receipt",
            "the fee",
            async s => (await s.Rider.Get($"rides/{await s.CancelledLate()}/receipt")).Is(HttpStatusCode.OK)
        ),
        Rider(
            "POST /rides/{id}/cancel",
            "GET /rides/{id}/history",
            "`RideCancelled`, `CancellationFeeAssessed`",
            async s =>
                (await s.Rider.Get($"rides/{await s.CancelledLate()}/history")).HasEvents(
                    "RideCancelled",
                    "CancellationFeeAssessed"
                )
        ),
        Rider(
            "POST /rides/{id}/cancel",
            "GET /rides/{id}/events",
            "`RideCancelled`, `CancellationFeeAssessed`",
            async s =>
                await s.Rider.Streams(
                    $"rides/{await s.CancelledLate()}/events",
                    "RideCancelled",
                    "CancellationFeeAssessed"
                )
        ),
        Rider(
            "POST /rides/{id}/cancel",
            "GET /rides/{id}/cancellation-preview",
            "409 `ride_not_cancellable`",
            async s =>
                (await s.Rider.Get($"rides/{await s.CancelledLate()}/cancellation-preview")).ShouldBe(
                    HttpStatusCode.Conflict,
                    "ride_not_cancellable"
                )
        ),
        Rider(
            "POST /rides/{id}/cancel",
            "GET /riders/me/balance",
            "200",
            async s =>
            {
                await s.CancelledLate();
                (await s.Rider.Get("riders/me/balance")).Is(HttpStatusCode.OK);
            }
        ),
        Rider(
            "POST /rides/{id}/cancel",
            "POST /rides/{id}/cancel",
            "202 again",
            async s => (await s.Rider.Cancels(await s.CancelledLate())).Is(HttpStatusCode.Accepted)
        ),
        Rider(
            "POST /rides/{id}/cancel",
            "POST /rides",
            "201",
            async s =>
            {
                await s.CancelledLate();
                (await s.Rider.TryRequest(s.Pickup, s.Dropoff)).Is(HttpStatusCode.Created);
            }
        ),
        Rider(
            "POST /rides/{id}/destination-quotes",
            "POST /rides/{id}/destination",
            "202",
            async s => (await s.Rider.ChangesDestination(await s.Requested(), s.Elsewhere)).Is(HttpStatusCode.Accepted)
        ),
        Rider(
            "POST /rides/{id}/destination",
            "GET /rides/{id}",
            "the new destination and quote",
            async s =>
                ((double)(await s.Rider.Get($"rides/{await s.Redirected()}")).Body!["dropoff"]!["lat"]!).ShouldBe(
                    (double)s.Elsewhere["lat"]!
                )
        ),
        Rider(
            "POST /rides/{id}/destination",
            "GET /rides/{id}/history",
            "`DestinationChanged`",
            async s => (await s.Rider.Get($"rides/{await s.Redirected()}/history")).HasEvents("DestinationChanged")
        ),
        Rider(
            "GET /rides/{id}: `completed`",
            "GET /rides/{id}/receipt",
            "the fare",
            async s =>
            {
                var rideId = await s.Completed();
                await s.Rider.Sees(rideId, "completed");
                (await s.Rider.Get($"rides/{rideId}/receipt")).Is(HttpStatusCode.OK);
            }
        ),
        Rider(
            "GET /rides/{id}: payment `captured`",
            "GET /rides/{id}/receipt",
            "`paid`",
            async s =>
            {
                var rideId = await s.Completed();
                await s.Rider.SeesPayment(rideId, "captured");
                (await s.Rider.Get($"rides/{rideId}/receipt")).Is("status", "paid");
            }
        ),
        Rider(
            "POST /rides/{id}/rating",
            "GET /rides/{id}",
            "the rating",
            async s =>
                (await s.Rider.Get($"rides/{await s.Rated()}")).Is(HttpStatusCode.OK).Body!["rating"].ShouldNotBeNull()
        ),
        Rider(
            "POST /rides/{id}/rating",
            "GET /rides/{id}/history",
            "`RideRated`",
            async s => (await s.Rider.Get($"rides/{await s.Rated()}/history")).HasEvents("RideRated")
        ),
        Rider(
            "POST /rides/{id}/rating",
            "POST /rides/{id}/rating",
            "409 `already_rated`",
            async s => (await s.Rider.Rates(await s.Rated())).ShouldBe(HttpStatusCode.Conflict, "already_rated")
        ),
        Rider(
            "POST /riders/me/payment-methods",
            "GET /riders/me/payment-methods",
            "the method",
            async s =>
            {
                var method = await s.Card("tok_visa");
                (await s.Rider.Get("riders/me/payment-methods"))
                    .Is(HttpStatusCode.OK)
                    .Body!.ToJsonString()
                    .ShouldContain(method);
            }
        ),
        Rider(
            "POST /riders/me/payment-methods",
            "POST /rides",
            "201 with the method",
            async s =>
            {
                var method = await s.Card("tok_visa");
                (await s.Rider.Post("rides", s.Trip(("paymentMethodId", method))))
                    .Is(HttpStatusCode.Created)
                    .Text("paymentMethodId")
                    .ShouldBe(method);
            }
        ),
        Rider(
            "POST /riders/me/balance/pay",
            "GET /riders/me/balance",
            "nothing owed",
            async s =>
            {
                await s.Paid();
                (await s.Rider.Get("riders/me/balance")).Is(HttpStatusCode.OK).Body!["outstanding"]!["amount"]!
                    .GetValue<string>()
                    .ShouldBe("0.00");
            }
        ),
        Rider(
            "POST /riders/me/balance/pay",
            "GET /rides/{id}",
            "payment `captured`",
            async s =>
                (await s.Rider.Get($"rides/{await s.Paid()}")).Is(HttpStatusCode.OK).Body!["payment"]!["status"]!
                    .GetValue<string>()
                    .ShouldBe("captured")
        ),
        Rider(
            "POST /riders/me/balance/pay",
            "GET /rides/{id}/receipt",
            "`paid`",
            async s => (await s.Rider.Get($"rides/{await s.Paid()}/receipt")).Is("status", "paid")
        ),
        Rider(
            "POST /riders/me/balance/pay",
            "POST /rides",
            "201",
            async s =>
            {
                await s.Paid();
                (await s.Rider.TryRequest(s.Pickup, s.Dropoff)).Is(HttpStatusCode.Created);
            }
        ),
        Rider(
            "GET /riders/me/balance: nothing owed",
            "POST /rides",
            "201",
            async s =>
            {
                await s.Owing();
                var paying = s.Pay();
                await s.Rider.Until(
                    "nothing to be owed",
                    "riders/me/balance",
                    balance => balance.Body!["rides"]!.AsArray().Count == 0
                );
                (await s.Rider.TryRequest(s.Pickup, s.Dropoff)).Is(HttpStatusCode.Created);
                await paying;
            }
        ),
        // Drivers
        Driver(
            "PUT /drivers/me",
            "GET /drivers/me",
            "the profile",
            async s => (await (await s.NewDriver()).Get("drivers/me")).Is("availability", "offline")
        ),
        Driver(
            "PUT /drivers/me",
            "POST /drivers/me/shift",
            "200",
            async s => (await (await s.NewDriver()).Post("drivers/me/shift", s.Here())).Is(HttpStatusCode.OK)
        ),
        Driver(
            "POST /drivers/me/shift",
            "GET /drivers/me",
            "`available`",
            async s => (await (await s.OnDuty()).Get("drivers/me")).Is("availability", "available")
        ),
        Driver(
            "POST /drivers/me/shift",
            "GET /drivers/me/offers",
            "200",
            async s => (await (await s.OnDuty()).Get("drivers/me/offers")).Is(HttpStatusCode.OK)
        ),
        Driver(
            "POST /drivers/me/shift",
            "PUT /drivers/me/location",
            "204",
            async s => (await (await s.OnDuty()).Put("drivers/me/location", s.Position(1))).Is(HttpStatusCode.NoContent)
        ),
        Driver(
            "POST /drivers/me/shift",
            "DELETE /drivers/me/shift",
            "204",
            async s => (await (await s.OnDuty()).Delete("drivers/me/shift")).Is(HttpStatusCode.NoContent)
        ),
        Driver(
            "DELETE /drivers/me/shift",
            "GET /drivers/me",
            "`offline`, no offer",
            async s =>
            {
                var (driver, _) = await s.Offered();
                (await driver.Delete("drivers/me/shift")).Is(HttpStatusCode.NoContent);
                (await driver.Get("drivers/me")).Is("availability", "offline").Body!["currentOffer"].ShouldBeNull();
            }
        ),
        Driver(
            "DELETE /drivers/me/shift",
            "GET /drivers/me/offers",
            "none",
            async s =>
            {
                var (driver, _) = await s.Offered();
                (await driver.Delete("drivers/me/shift")).Is(HttpStatusCode.NoContent);
                (await driver.Get("drivers/me/offers")).HasItems(0);
            }
        ),
        Driver(
            "DELETE /drivers/me/shift",
            "POST /drivers/me/shift",
            "200",
            async s =>
            {
                var driver = await s.OnDuty();
                (await driver.Delete("drivers/me/shift")).Is(HttpStatusCode.NoContent);
                (await driver.Post("drivers/me/shift", s.Here())).Is(HttpStatusCode.OK);
            }
        ),
        Accept(
            "GET /rides/{id}",
            "`driverAssigned`",
            async (driver, rideId, _) => (await driver.Get($"rides/{rideId}")).Is("status", "driverAssigned")
        ),
        Accept(
            "GET /rides/{id}/history",
            "`DriverAssigned`",
            async (driver, rideId, _) => (await driver.Get($"rides/{rideId}/history")).HasEvents("DriverAssigned")
        ),
        Accept(
            "GET /rides/{id}/events",
            "`DriverAssigned`",
            (driver, rideId, _) => driver.Streams($"rides/{rideId}/events", "DriverAssigned")
        ),
        Accept(
            "GET /drivers/me",
            "`enRoute`, the current ride",
            async (driver, rideId, _) =>
                (await driver.Get("drivers/me")).Is("availability", "enRoute").Body!["currentRide"]!["rideId"]!
                    .GetValue<string>()
                    .ShouldBe(rideId)
        ),
        Accept(
            "GET /drivers/me/rides",
            "the ride, first in the list",
            async (driver, rideId, _) => (await driver.Get("drivers/me/rides")).First().Text("id").ShouldBe(rideId)
        ),
        Accept(
            "GET /drivers/me/offers",
            "none",
            async (driver, _, _) => (await driver.Get("drivers/me/offers")).HasItems(0)
        ),
        Accept(
            "GET /drivers/me/events",
            "`assigned`",
            (driver, _, _) => driver.Streams("drivers/me/events", "assigned")
        ),
        Accept(
            "POST /rides/{id}/arrive",
            "202",
            async (driver, rideId, _) => (await driver.Post($"rides/{rideId}/arrive")).Is(HttpStatusCode.Accepted)
        ),
        Accept(
            "POST /rides/{id}/release",
            "202",
            async (driver, rideId, _) => (await driver.Releases(rideId)).Is(HttpStatusCode.Accepted)
        ),
        Accept(
            "DELETE /drivers/me/shift",
            "409 `on_trip`",
            async (driver, _, _) =>
                (await driver.Delete("drivers/me/shift")).ShouldBe(HttpStatusCode.Conflict, "on_trip")
        ),
        Accept(
            "POST /offers/{id}/accept",
            "200 again",
            async (driver, _, offer) => (await driver.Post($"offers/{offer["offerId"]}/accept")).Is(HttpStatusCode.OK)
        ),
        Decline(
            "GET /drivers/me",
            "`available`, no offer",
            async (driver, _) =>
                (await driver.Get("drivers/me")).Is("availability", "available").Body!["currentOffer"].ShouldBeNull()
        ),
        Decline(
            "GET /drivers/me/offers",
            "none",
            async (driver, _) => (await driver.Get("drivers/me/offers")).HasItems(0)
        ),
        Decline(
            "DELETE /drivers/me/shift",
            "204",
            async (driver, _) => (await driver.Delete("drivers/me/shift")).Is(HttpStatusCode.NoContent)
        ),
        Decline(
            "POST /offers/{id}/decline",
            "204 again",
            async (driver, offer) =>
                (await driver.Post($"offers/{offer["offerId"]}/decline", new JsonObject())).Is(HttpStatusCode.NoContent)
        ),
        After(
            "arrive",
            "GET /rides/{id}",
            "`driverArrived`",
            async (driver, rideId) => (await driver.Get($"rides/{rideId}")).Is("status", "driverArrived"),
            "arrive"
        ),
        After(
            "arrive",
            "POST /rides/{id}/start",
            "202",
            async (driver, rideId) => (await driver.Post($"rides/{rideId}/start")).Is(HttpStatusCode.Accepted),
            "arrive"
        ),
        After(
            "start",
            "GET /rides/{id}",
            "`inProgress`",
            async (driver, rideId) => (await driver.Get($"rides/{rideId}")).Is("status", "inProgress"),
            "arrive",
            "start"
        ),
        After(
            "start",
            "GET /drivers/me",
            "`onTrip`, the current ride",
            async (driver, _) => (await driver.Get("drivers/me")).Is("availability", "onTrip"),
            "arrive",
            "start"
        ),
        After(
            "start",
            "POST /rides/{id}/complete",
            "202",
            async (driver, rideId) =>
                (await driver.Post($"rides/{rideId}/complete", new JsonObject())).Is(HttpStatusCode.Accepted),
            "arrive",
            "start"
        ),
        Complete(
            "GET /rides/{id}",
            "`completed`, with the fare",
            async (driver, rideId) =>
                (await driver.Get($"rides/{rideId}")).Is("status", "completed").Body!["fare"].ShouldNotBeNull()
        ),
        Complete(
            "GET /rides/{id}/history",
            "`RideCompleted`, `FareFinalized`",
            async (driver, rideId) =>
                (await driver.Get($"rides/{rideId}/history")).HasEvents("RideCompleted", "FareFinalized")
        ),
        Complete(
            "GET /rides/{id}/events",
            "`RideCompleted`",
            (driver, rideId) => driver.Streams($"rides/{rideId}/events", "RideCompleted")
        ),
        Complete(
            "GET /drivers/me",
            "`available`, no ride",
            async (driver, _) =>
                (await driver.Get("drivers/me")).Is("availability", "available").Body!["currentRide"].ShouldBeNull()
        ),
        Complete(
            "GET /drivers/me/rides",
            "`completed`",
            async (driver, _) => (await driver.Get("drivers/me/rides")).First().Text("status").ShouldBe("completed")
        ),
        Complete(
            "GET /drivers/me/earnings",
            "the ride",
            async (driver, _) => (await driver.Get("drivers/me/earnings")).Is("rides", "1")
        ),
        Complete(
            "DELETE /drivers/me/shift",
            "204",
            async (driver, _) => (await driver.Delete("drivers/me/shift")).Is(HttpStatusCode.NoContent)
        ),
        Release(
            "GET /drivers/me",
            "no ride",
            async (driver, _) =>
                (await driver.Get("drivers/me")).Is(HttpStatusCode.OK).Body!["currentRide"].ShouldBeNull()
        ),
        Release(
            "GET /drivers/me/rides",
            "not the ride",
            async (driver, _) => (await driver.Get("drivers/me/rides")).HasItems(0)
        ),
        Release(
            "GET /rides/{id}",
            "404: it is not the driver's any more",
            async (driver, rideId) =>
                (await driver.Get($"rides/{rideId}")).ShouldBe(HttpStatusCode.NotFound, "ride_not_found")
        ),
        Release(
            "DELETE /drivers/me/shift",
            "204",
            async (driver, _) => (await driver.Delete("drivers/me/shift")).Is(HttpStatusCode.NoContent)
        ),
        NoShow(
            "GET /drivers/me",
            "`available`, no ride",
            async (driver, _) =>
                (await driver.Get("drivers/me")).Is("availability", "available").Body!["currentRide"].ShouldBeNull()
        ),
        NoShow(
            "GET /rides/{id}",
            "`cancelled`, with the fee",
            async (driver, rideId) =>
                (await driver.Get($"rides/{rideId}")).Is("status", "cancelled").Body!["fare"].ShouldNotBeNull()
        ),
        NoShow(
            "GET /drivers/me/earnings",
            "200",
            async (driver, _) => (await driver.Get("drivers/me/earnings")).Is(HttpStatusCode.OK)
        ),
        NoShow(
            "DELETE /drivers/me/shift",
            "204",
            async (driver, _) => (await driver.Delete("drivers/me/shift")).Is(HttpStatusCode.NoContent)
        ),
        // Operators
        new(
            Operators,
            "GET /rides/{id}: `completed`",
            "GET /operations/payments/{id}",
            "the payment",
            async s =>
            {
                var (driver, by) = (await s.Accepted(), await s.Operator());
                await driver.Does(s.RideId, "arrive");
                await driver.Does(s.RideId, "start");
                var completing = driver.Does(s.RideId, "complete", CallerStory.Measured());
                await by.Until("the ride's end", $"rides/{s.RideId}", ride => ride.Text("status") == "completed");
                (await by.Get($"operations/payments/{s.RideId}")).Is(HttpStatusCode.OK);
                await completing;
            }
        ),
        ForceComplete(
            "GET /rides/{id}",
            "`completed`, with the fare",
            async (by, s, _) =>
                (await by.Get($"rides/{s.RideId}")).Is("status", "completed").Body!["fare"].ShouldNotBeNull()
        ),
        ForceComplete(
            "GET /operations/payments/{id}",
            "the payment",
            async (by, s, _) => (await by.Get($"operations/payments/{s.RideId}")).Is(HttpStatusCode.OK)
        ),
        ForceComplete(
            "GET /rides/{id}/receipt",
            "the fare",
            async (by, s, _) => (await by.Get($"rides/{s.RideId}/receipt")).Is(HttpStatusCode.OK)
        ),
        ForceComplete(
            "the driver's GET /drivers/me",
            "`available`, no ride",
            async (_, _, driver) =>
                (await driver.Get("drivers/me")).Is("availability", "available").Body!["currentRide"].ShouldBeNull()
        ),
        ForceComplete(
            "the driver's GET /drivers/me/earnings",
            "the ride",
            async (_, _, driver) => (await driver.Get("drivers/me/earnings")).Is("rides", "1")
        ),
        ForceCancel(
            "GET /rides/{id}",
            "`cancelled`, with a fare of nothing",
            async (by, s, _) =>
                (await by.Get($"rides/{s.RideId}")).Is("status", "cancelled").Body!["fare"].ShouldNotBeNull()
        ),
        ForceCancel(
            "GET /operations/payments/{id}",
            "`nothingDue`",
            async (by, s, _) => (await by.Get($"operations/payments/{s.RideId}")).Is("state", "nothingDue")
        ),
        ForceCancel(
            "the driver's DELETE /drivers/me/shift",
            "204",
            async (_, _, driver) => (await driver.Delete("drivers/me/shift")).Is(HttpStatusCode.NoContent)
        ),
        Reassign(
            "the driver's GET /rides/{id}",
            "404",
            async (s, driver) => (await driver.Get($"rides/{s.RideId}")).Is(HttpStatusCode.NotFound)
        ),
        Reassign(
            "the driver's GET /drivers/me",
            "`available`, no ride",
            async (_, driver) =>
                (await driver.Get("drivers/me")).Is("availability", "available").Body!["currentRide"].ShouldBeNull()
        ),
        Reassign(
            "the driver's DELETE /drivers/me/shift",
            "204",
            async (_, driver) => (await driver.Delete("drivers/me/shift")).Is(HttpStatusCode.NoContent)
        ),
        WriteOff(
            "GET /operations/payments/{id}",
            "`writtenOff`",
            async (by, s) => (await by.Get($"operations/payments/{s.RideId}")).Is("state", "writtenOff")
        ),
        WriteOff(
            "GET /rides/{id}",
            "payment `writtenOff`",
            async (by, s) =>
                (await by.Get($"rides/{s.RideId}")).Is(HttpStatusCode.OK).Body!["payment"]!["status"]!
                    .GetValue<string>()
                    .ShouldBe("writtenOff")
        ),
        WriteOff(
            "GET /rides/{id}/receipt",
            "`writtenOff`",
            async (by, s) => (await by.Get($"rides/{s.RideId}/receipt")).Is("status", "writtenOff")
        ),
        Refund(
            "GET /operations/payments/{id}",
            "`refunded`",
            async (by, s) => (await by.Get($"operations/payments/{s.RideId}")).Is("state", "refunded")
        ),
        Refund(
            "GET /rides/{id}",
            "payment `refunded`",
            async (by, s) =>
                (await by.Get($"rides/{s.RideId}")).Is(HttpStatusCode.OK).Body!["payment"]!["status"]!
                    .GetValue<string>()
                    .ShouldBe("refunded")
        ),
        Refund(
            "GET /rides/{id}/receipt",
            "the refund",
            async (by, s) =>
                (await by.Get($"rides/{s.RideId}/receipt")).Is(HttpStatusCode.OK).Body!["refunds"]!
                    .AsArray()
                    .Count.ShouldBe(1)
        ),
    ];

    static NextRequest Rider(string write, string next, string sees, Func<CallerStory, Task> check) =>
        new(Riders, write, next, sees, check);

    static NextRequest Driver(string write, string next, string sees, Func<CallerStory, Task> check) =>
        new(Drivers, write, next, sees, check);

    static NextRequest Accept(string next, string sees, Func<Driver, string, JsonNode, Task> check) =>
        Driver(
            "POST /offers/{id}/accept",
            next,
            sees,
            async s =>
            {
                var (driver, offer) = await s.Offered();
                await driver.Accept(offer);
                await check(driver, s.RideId, offer);
            }
        );

    static NextRequest Decline(string next, string sees, Func<Driver, JsonNode, Task> check) =>
        Driver(
            "POST /offers/{id}/decline",
            next,
            sees,
            async s =>
            {
                var (driver, offer) = await s.Offered();
                (await driver.Post($"offers/{offer["offerId"]}/decline", new JsonObject())).Is(
                    HttpStatusCode.NoContent
                );
                await check(driver, offer);
            }
        );

    static NextRequest After(
        string action,
        string next,
        string sees,
        Func<Driver, string, Task> check,
        params string[] actions
    ) =>
        Driver(
            $"POST /rides/{{id}}/{action}",
            next,
            sees,
            async s =>
            {
                var driver = await s.Accepted();
                foreach (var step in actions)
                    (
                        await driver.Post(
                            $"rides/{s.RideId}/{step}",
                            step == "complete" ? CallerStory.Measured() : null
                        )
                    ).Is(HttpStatusCode.Accepted);
                await check(driver, s.RideId);
            }
        );

    static NextRequest Complete(string next, string sees, Func<Driver, string, Task> check) =>
        After("complete", next, sees, check, "arrive", "start", "complete");

    static NextRequest NoShow(string next, string sees, Func<Driver, string, Task> check) =>
        After("no-show", next, sees, check, "arrive", "no-show");

    static NextRequest ForceComplete(string next, string sees, Func<Person, CallerStory, Driver, Task> check) =>
        Force("force-complete", next, sees, check);

    static NextRequest ForceCancel(string next, string sees, Func<Person, CallerStory, Driver, Task> check) =>
        Force("force-cancel", next, sees, check);

    static NextRequest Force(string action, string next, string sees, Func<Person, CallerStory, Driver, Task> check) =>
        new(
            Operators,
            $"POST /operations/rides/{{id}}/{action}",
            next,
            sees,
            async s =>
            {
                var (driver, by) = (await s.Accepted(), await s.Operator());
                await driver.Does(s.RideId, "arrive");
                await driver.Does(s.RideId, "start");
                (await by.Post($"operations/rides/{s.RideId}/{action}", CallerStory.Because())).Is(
                    HttpStatusCode.Accepted
                );
                await check(by, s, driver);
            }
        );

    static NextRequest Reassign(string next, string sees, Func<CallerStory, Driver, Task> check) =>
        new(
            Operators,
            "POST /operations/rides/{id}/reassign",
            next,
            sees,
            async s =>
            {
                var (driver, by) = (await s.Accepted(), await s.Operator());
                (await by.Post($"operations/rides/{s.RideId}/reassign", CallerStory.Because())).Is(
                    HttpStatusCode.Accepted
                );
                await check(s, driver);
            }
        );

    static NextRequest WriteOff(string next, string sees, Func<Person, CallerStory, Task> check) =>
        new(
            Operators,
            "POST /operations/payments/{id}/write-off",
            next,
            sees,
            async s =>
            {
                await s.Owing();
                var by = await s.Operator();
                (await by.Post($"operations/payments/{s.RideId}/write-off", CallerStory.Because())).Is(
                    HttpStatusCode.Accepted
                );
                await check(by, s);
            }
        );

    static NextRequest Refund(string next, string sees, Func<Person, CallerStory, Task> check) =>
        new(
            Operators,
            "POST /operations/payments/{id}/refund",
            next,
            sees,
            async s =>
            {
                await s.Completed(await s.Card("tok_visa"));
                await s.Rider.SeesPayment(s.RideId, "captured");
                var by = await s.Operator();
                (await by.Post($"operations/payments/{s.RideId}/refund", CallerStory.Because())).Is(
                    HttpStatusCode.Accepted
                );
                await check(by, s);
            }
        );

    static NextRequest Release(string next, string sees, Func<Driver, string, Task> check) =>
        Driver(
            "POST /rides/{id}/release",
            next,
            sees,
            async s =>
            {
                var driver = await s.Accepted();
                (await driver.Releases(s.RideId)).Is(HttpStatusCode.Accepted);
                await check(driver, s.RideId);
            }
        );

    static Answer Is(this Answer answer, HttpStatusCode status) => answer.ShouldBe(status);

    static Answer Is(this Answer answer, string member, string value)
    {
        answer
            .ShouldBe(HttpStatusCode.OK)
            .Text(member)
            .Equals(value, StringComparison.OrdinalIgnoreCase)
            .ShouldBeTrue(answer.Body!.ToJsonString());
        return answer;
    }

    static string Text(this JsonNode node, string member) => node[member]!.ToString();

    static JsonArray Items(this Answer answer) =>
        answer.ShouldBe(HttpStatusCode.OK).Body as JsonArray ?? answer.Body!["items"]!.AsArray();

    static JsonNode First(this Answer list) => list.Items().First()!;

    static void HasItems(this Answer list, int count) => list.Items().Count.ShouldBe(count, list.Body!.ToJsonString());

    static void HasEvents(this Answer history, params string[] types) =>
        types.ShouldBeSubsetOf(
            history.Items().Select(row => (row!["eventType"] ?? row["event_type"])!.GetValue<string>())
        );

    static Task<Answer> Cancels(this Rider rider, string rideId) =>
        rider.Post($"rides/{rideId}/cancel", new JsonObject { ["reason"] = "late" });

    static Task<Answer> Rates(this Rider rider, string rideId) =>
        rider.Post($"rides/{rideId}/rating", new JsonObject { ["stars"] = 5 });

    static Task<Answer> Releases(this Driver driver, string rideId) =>
        driver.Post($"rides/{rideId}/release", new JsonObject { ["reason"] = "flat tyre" });

    static async Task Streams(this Person person, string path, params string[] types)
    {
        var missing = types.ToHashSet();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(WaitFor.Limit);
        await foreach (var (type, _) in person.Listen(path, limit.Token))
            if (missing.Remove(type) && missing.Count == 0)
                return;
    }

    static async Task<string> CancelledLate(this CallerStory s)
    {
        await s.Accepted();
        (await s.Rider.Cancels(s.RideId)).Is(HttpStatusCode.Accepted);
        return s.RideId;
    }

    static async Task<string> Rated(this CallerStory s)
    {
        await s.Completed();
        (await s.Rider.Rates(s.RideId)).Is(HttpStatusCode.Accepted);
        return s.RideId;
    }

    static async Task<string> Paid(this CallerStory s)
    {
        await s.Owing();
        await s.Pay();
        return s.RideId;
    }

    static async Task<JsonNode> FirstRide(this CallerStory s, string rideId)
    {
        var first = (await s.Rider.Get("rides")).First();
        first.Text("id").ShouldBe(rideId);
        return first;
    }
}

/// <summary>A rider and a driver at a place of their own, without other riders and drivers.</summary>
public sealed class CallerStory(City city, int place, Rider rider)
{
    // Far enough from the next place that no other driver is offered this ride.
    const double Apart = 0.6;
    const int PlacesInARow = 40;

    readonly double _lat = 44 + place / PlacesInARow * Apart;
    readonly double _lng = 2 + place % PlacesInARow * Apart;

    public Rider Rider { get; } = rider;

    public string RideId { get; private set; } = "";

    public JsonObject Pickup => City.Place(_lat, _lng);

    public JsonObject Dropoff => City.Place(_lat + 0.05, _lng);

    public JsonObject Elsewhere => City.Place(_lat + 0.1, _lng);

    public async Task<string> Redirected()
    {
        (await Rider.ChangesDestination(await Requested(), Elsewhere)).ShouldBe(HttpStatusCode.Accepted);
        return RideId;
    }

    public JsonObject Here() => new() { ["location"] = Pickup };

    public JsonObject Position(long sequence) =>
        new()
        {
            ["lat"] = _lat,
            ["lng"] = _lng,
            ["sequence"] = sequence,
        };

    public static JsonObject Measured() => new() { ["distanceMeters"] = 6100 };

    public static JsonObject Because() => new() { ["reason"] = "The driver's car broke down." };

    public JsonObject Trip(params (string Name, string Value)[] more)
    {
        var trip = new JsonObject { ["pickup"] = Pickup, ["dropoff"] = Dropoff };
        foreach (var (name, value) in more)
            trip[name] = value;
        return trip;
    }

    public Task<Driver> NewDriver() => city.Driver();

    public Task<Person> Operator() => city.Operator();

    public Task<Driver> OnDuty() => city.DriverAt(Pickup);

    public async Task<string> Requested() => RideId = await Rider.Request(Pickup, Dropoff);

    public async Task<(Driver Driver, JsonNode Offer)> Offered(string? paymentMethodId = null)
    {
        var driver = await OnDuty();
        var trip = paymentMethodId is null ? Trip() : Trip(("paymentMethodId", paymentMethodId));
        RideId = (await Rider.Post("rides", trip)).ShouldBe(HttpStatusCode.Created).Text("id");
        return (driver, await driver.Offer(RideId));
    }

    public async Task<Driver> Accepted(string? paymentMethodId = null)
    {
        var (driver, offer) = await Offered(paymentMethodId);
        await driver.Accept(offer);
        return driver;
    }

    public async Task<string> Completed(string? paymentMethodId = null)
    {
        var driver = await Accepted(paymentMethodId);
        await driver.Does(RideId, "arrive");
        await driver.Does(RideId, "start");
        await driver.Does(RideId, "complete", Measured());
        return RideId;
    }

    public async Task<string> Card(string token) =>
        (await Rider.Post("riders/me/payment-methods", new JsonObject { ["token"] = token }))
            .ShouldBe(HttpStatusCode.Created)
            .Text("id");

    /// <summary>Completes a ride with a card that is declined, and waits until the fare is owed.</summary>
    public async Task Owing()
    {
        await Completed(await Card("tok_declined"));
        await Rider.SeesPayment(RideId, "outstanding");
    }

    public async Task Pay()
    {
        var card = await Card("tok_visa");
        (await Rider.Post("riders/me/balance/pay", new JsonObject { ["paymentMethodId"] = card })).ShouldBe(
            HttpStatusCode.Accepted
        );
    }
}
