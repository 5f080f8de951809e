using System.Text;
using MassTransit;
using RideBooking.Contracts;
using RideBooking.Notifications;
using RideBooking.TestKit.Contracts;

namespace RideBooking.Tests.Notifications;

public sealed class NotificationTemplatesTests
{
    static readonly RideOf Ride = new();

    [Fact]
    public void A_driver_on_the_way_is_described_so_that_the_rider_finds_the_vehicle() =>
        NotificationTemplates
            .ForRider(Ride.Assigned)!
            .Text.ShouldBe("Anna arrives in a Testarossa, number plate B-RB 1, in about 4 minutes.");

    [Fact]
    public void An_offer_says_where_from_where_to_and_for_how_much() =>
        NotificationTemplates
            .ForDriver(Ride.Offered)!
            .Text.ShouldBe("From Alexanderplatz, 4 minutes away, to 52.5072, 13.3325, for 12.40 EUR.");

    [Theory]
    [InlineData(0, "The ride now goes to Gendarmenmarkt, for 9.90 EUR.")]
    [InlineData(1, "The ride now goes to Gendarmenmarkt with a stop at Alexanderplatz, for 9.90 EUR.")]
    [InlineData(3, "The ride now goes to Gendarmenmarkt with 3 stops, for 9.90 EUR.")]
    public void A_new_destination_is_named_with_its_stops_and_fare(int stops, string expected) =>
        NotificationTemplates
            .ForDriver(Ride.Redirected(stops: [.. Enumerable.Repeat(Samples.Alexanderplatz, stops)]))!
            .Text.ShouldBe(expected);

    [Fact]
    public void A_new_destination_before_the_assignment_has_no_driver_to_notify() =>
        NotificationTemplates.ForDriver(Ride.Redirected() with { DriverId = null }).ShouldBeNull();

    [Fact]
    public void An_offer_without_a_promised_fare_names_none() =>
        NotificationTemplates.ForDriver(Ride.Offered with { Fare = null })!.Text.ShouldEndWith("13.3325.");

    [Theory]
    [InlineData(1, "1 minute.")]
    [InlineData(60, "1 minute.")]
    [InlineData(61, "2 minutes.")]
    public void Waiting_times_are_rounded_up_to_minutes(int seconds, string expected)
    {
        var arrived = Ride.Arrived;
        NotificationTemplates
            .ForRider(arrived with { FreeWaitUntil = arrived.At.AddSeconds(seconds) })!
            .Text.ShouldEndWith(expected);
    }

    [Theory]
    [InlineData("rider", "You cancelled the ride.", "The rider cancelled. You are free for the next ride.")]
    [InlineData(
        "driver",
        "Your driver waited for you at the pickup and has left.",
        "The rider did not come. You are free for the next ride."
    )]
    [InlineData(
        "operator",
        "We had to cancel the ride. We are sorry.",
        "We had to cancel the ride. You are free for the next ride."
    )]
    public void Both_texts_name_who_cancelled(string by, string rider, string driver)
    {
        var cancelled = Ride.Cancelled with { By = by };
        NotificationTemplates.ForRider(cancelled)!.Text.ShouldBe(rider);
        NotificationTemplates.ForDriver(cancelled)!.Text.ShouldBe(driver);
    }

    [Fact]
    public void A_ride_without_a_driver_has_no_text_for_one() =>
        NotificationTemplates.ForDriver(Ride.Cancelled with { DriverId = null }).ShouldBeNull();

    [Fact]
    public void A_fee_of_nothing_is_not_mentioned()
    {
        NotificationTemplates.ForRider(Ride.FeeOf(0)).ShouldBeNull();
        NotificationTemplates.ForRider(Ride.FeeOf(4))!.Text.ShouldBe("The cancelled ride costs 4.00 EUR.");
    }

    [Fact]
    public void A_rider_whose_ride_has_ended_is_not_notified_of_a_search() =>
        NotificationTemplates.ForRider(Ride.Released with { SearchAgain = false }).ShouldBeNull();

    [Fact]
    public void A_failed_payment_says_why_and_whether_it_is_tried_again()
    {
        NotificationTemplates
            .ForRider(Ride.Failed)!
            .Text.ShouldBe(
                "12.40 EUR could not be charged: your card was declined (card declined). We will try again in 1 minute."
            );
        NotificationTemplates
            .ForRider(Ride.Failed with { WillRetry = false })!
            .Text.ShouldEndWith("We will not try again automatically. Please pay with another card.");
    }

    [Fact]
    public void A_payment_that_failed_in_an_outage_does_not_blame_the_card()
    {
        var failed = Ride.Failed with { Kind = PaymentFailureKind.Unavailable, Code = "gateway_timeout" };
        NotificationTemplates
            .ForRider(failed with { RetryAt = failed.At.AddHours(24) })!
            .Text.ShouldBe(
                "12.40 EUR could not be charged: the payment service did not answer. We will try again in 24 hours. You need not do anything."
            );
    }

    [Fact]
    public void A_text_that_is_too_long_is_cut_to_fit()
    {
        var content = NotificationTemplates.ForRider(Ride.Assigned with { DriverName = new string('x', 5000) })!;
        content.Text.Length.ShouldBe(NotificationContent.MaxTextLength);
        content.Text.ShouldEndWith("…");
    }

    // PostgreSQL refuses half a surrogate pair, and SQLite stores half a character.
    [Fact]
    public void A_text_is_never_cut_within_a_character()
    {
        for (var before = 0; before < 4; before++)
        {
            var name = new string('x', before) + string.Concat(Enumerable.Repeat("\U0001F697", 2000));
            var text = NotificationTemplates.ForRider(Ride.Assigned with { DriverName = name })!.Text;
            text.Length.ShouldBeInRange(NotificationContent.MaxTextLength - 1, NotificationContent.MaxTextLength);
            Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)).ShouldBe(text);
        }
    }
}
