using System.Text;
using RideBooking.Contracts;
using RideBooking.EventLog;
using RideBooking.Notifications;
using RideBooking.Schemas.Export;
using RideBooking.TestKit.Contracts;

namespace RideBooking.Tests.Notifications;

public sealed class NotificationTemplatesTests
{
    static readonly RideOf Ride = new();

    [Fact]
    public void A_driver_on_the_way_is_described_so_that_the_rider_finds_the_vehicle()
    {
        Rider(Ride.Assigned).ShouldBe("Anna arrives in a Testarossa, number plate B-RB 1, in about 4 minutes.");
        Rider(Ride.Assigned, "de").ShouldBe("Anna kommt mit Testarossa, Kennzeichen B-RB 1, in etwa 4 Minuten.");
    }

    [Fact]
    public void An_offer_says_where_from_where_to_and_for_how_much()
    {
        Driver(Ride.Offered).ShouldBe("From Alexanderplatz, 4 minutes away, to 52.5072, 13.3325, for 12.40 EUR.");
        Driver(Ride.Offered, "de")
            .ShouldBe("Von Alexanderplatz, 4 Minuten entfernt, nach 52.5072, 13.3325, für 12,40 EUR.");
    }

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
        Driver(Ride.Offered with { Fare = null })!.ShouldEndWith("13.3325.");

    [Theory]
    [InlineData(0, "1 minute.", "1 Minute lang kostenlos.")]
    [InlineData(1, "1 minute.", "1 Minute lang kostenlos.")]
    [InlineData(60, "1 minute.", "1 Minute lang kostenlos.")]
    [InlineData(61, "2 minutes.", "2 Minuten lang kostenlos.")]
    public void Waiting_times_are_rounded_up_to_minutes(int seconds, string english, string german)
    {
        var arrived = Ride.Arrived with { FreeWaitUntil = Ride.Arrived.At.AddSeconds(seconds) };
        Rider(arrived)!.ShouldEndWith(english);
        Rider(arrived, "de")!.ShouldEndWith(german);
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
    [InlineData(
        "system",
        "We had to cancel the ride. We are sorry.",
        "We had to cancel the ride. You are free for the next ride."
    )]
    public void Both_texts_name_who_cancelled(string by, string rider, string driver)
    {
        var cancelled = Ride.Cancelled with { By = by };
        Rider(cancelled).ShouldBe(rider);
        Driver(cancelled).ShouldBe(driver);
    }

    [Fact]
    public void A_ride_without_a_driver_has_no_text_for_one() =>
        Driver(Ride.Cancelled with { DriverId = null }).ShouldBeNull();

    [Fact]
    public void A_fee_of_nothing_is_not_mentioned()
    {
        Rider(Ride.FeeOf(0)).ShouldBeNull();
        Rider(Ride.FeeOf(4)).ShouldBe("The cancelled ride costs 4.00 EUR.");
    }

    [Fact]
    public void A_rider_whose_ride_has_ended_is_not_notified_of_a_search() =>
        Rider(Ride.Released with { SearchAgain = false }).ShouldBeNull();

    [Theory]
    [InlineData("driver", true, "Your driver cannot come.", "Another driver will take it over.")]
    [InlineData("operator", true, "We have to send you another driver.", "We gave it to another driver.")]
    [InlineData("driver", false, null, "You released it, and it has ended.")]
    [InlineData("system", false, null, "It ended before it was assigned to you.")]
    public void Both_learn_why_the_driver_no_longer_has_the_ride(
        string by,
        bool searchAgain,
        string? rider,
        string driver
    )
    {
        var released = Ride.Released with { By = by, SearchAgain = searchAgain };
        (Rider(released) ?? "").ShouldStartWith(rider ?? "");
        (Rider(released) is null).ShouldBe(rider is null);
        Driver(released)!.ShouldStartWith(driver);
    }

    [Fact]
    public void A_failed_payment_says_why_and_whether_it_is_tried_again()
    {
        Rider(Ride.Failed)
            .ShouldBe(
                "12.40 EUR could not be charged: your card was declined (card declined). We will try again in 1 minute."
            );
        Rider(Ride.Failed with { Code = "insufficient_funds" }, "de")
            .ShouldBe(
                "12,40 EUR konnten nicht abgebucht werden: Ihre Karte wurde abgelehnt (Deckung reicht nicht aus). Wir versuchen es in 1 Minute noch einmal."
            );
        Rider(Ride.Failed with { WillRetry = false })!
            .ShouldEndWith("We will not try again automatically. Please pay with another card.");
        Rider(Ride.Failed with { Code = "lost_card" }, "de")!.ShouldContain("(lost card)");
        Rider(Ride.Failed with { Code = "no_payment_method" })!.ShouldContain(": you have no payment method. ");
    }

    [Fact]
    public void A_payment_that_failed_in_an_outage_does_not_blame_the_card()
    {
        var failed = Ride.Failed with { Kind = PaymentFailureKind.Unavailable, Code = "gateway_timeout" };
        Rider(failed with { RetryAt = failed.At.AddHours(24) })
            .ShouldBe(
                "12.40 EUR could not be charged: the payment service did not answer. We will try again in 24 hours. You need not do anything."
            );
        Rider(failed with { RetryAt = failed.At.AddHours(1) }, "de")!.ShouldContain("in 1 Stunde noch einmal.");
        Rider(failed with { WillRetry = false })!.ShouldEndWith("We will not try again automatically.");
    }

    [Fact]
    public void A_card_that_is_declined_before_the_ride_can_be_replaced_but_an_outage_is_not_mentioned()
    {
        var failed = new PaymentAuthorizationFailed(
            Ride.RideId,
            "rider-1",
            Ride.PaymentId,
            RideOf.Fare,
            "card_declined",
            "declined",
            RideOf.T0
        );
        Rider(failed)!.ShouldStartWith("12.40 EUR could not be reserved: your card was declined (card declined).");
        Rider(failed with { Kind = PaymentFailureKind.Unavailable }).ShouldBeNull();
    }

    [Fact]
    public void What_is_written_off_is_no_longer_owed() =>
        Rider(new BalanceWrittenOff(Ride.RideId, "rider-1", Ride.PaymentId, RideOf.Fare, "op", "goodwill", RideOf.T0))
            .ShouldBe("We waived the outstanding 12.40 EUR. You can request rides again.");

    [Theory]
    [InlineData("driver", null)]
    // Matching has notified the driver of the ignored offers.
    [InlineData("offersIgnored", null)]
    [InlineData("notReporting", "Your app has not reported where you are. Go online again to receive offers.")]
    [InlineData("anotherReason", "Your shift was ended automatically. Go online again to receive offers.")]
    public void A_driver_whose_shift_the_system_ends_is_notified_once(string reason, string? expected) =>
        Driver(new DriverWentOffline("driver-anna", Guid.CreateVersion7(), reason, RideOf.T0)).ShouldBe(expected);

    [Fact]
    public void Operators_are_notified_of_rides_that_need_attention()
    {
        var content = NotificationTemplates
            .Of(
                new RideNeedsAttention(
                    Ride.RideId,
                    "arrivedTooSoon",
                    RideOf.T0,
                    "It took 3 s.",
                    "driver-anna",
                    RideOf.T0
                )
            )
            .ShouldHaveSingleItem();
        (content.Audience, content.RecipientId).ShouldBe((Audience.Operator, NotificationContent.Operators));
        content.In("en").Text.ShouldBe("arrivedTooSoon: It took 3 s.");
    }

    [Fact]
    public void A_text_that_is_too_long_is_cut_to_fit()
    {
        var far = new Place(1, 2, new string('x', 5000));
        var text = Driver(Ride.Offered with { Pickup = far, Dropoff = far })!;
        text.Length.ShouldBe(NotificationContent.MaxTextLength);
        text.ShouldEndWith("…");
    }

    // PostgreSQL refuses half a surrogate pair, and SQLite stores half a character.
    [Fact]
    public void A_text_is_never_cut_within_a_character()
    {
        for (var before = 0; before < 4; before++)
        {
            var address = new string('x', before) + string.Concat(Enumerable.Repeat("👩🏽‍🚒", 300));
            var far = new Place(1, 2, address);
            foreach (var language in Language.All)
            {
                var text = Driver(Ride.Offered with { Pickup = far, Dropoff = far }, language)!;
                text.Length.ShouldBeInRange(NotificationContent.MaxTextLength - 20, NotificationContent.MaxTextLength);
                Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)).ShouldBe(text);
                text.Replace("👩🏽‍🚒", "").Where(char.IsSurrogate).ShouldBeEmpty();
            }
        }
    }

    [Fact]
    public void The_longest_data_has_room_in_its_column()
    {
        var far = new Place(1, 2, string.Concat(Enumerable.Repeat("🚗", 5000)));
        var content = NotificationTemplates.Of(Ride.Offered with { Pickup = far, Dropoff = far }).Single();
        content.DataInJson.Length.ShouldBeLessThan(NotificationContent.MaxDataLength);
        // A name, a model, a plate, a time: six characters for each of five values of the maximum length.
        (5 * 6 * NotificationContent.MaxValueLength + 200).ShouldBeLessThan(NotificationContent.MaxDataLength);
        NotificationContent.ReadData(content.DataInJson).ShouldBe(content.Data);
    }

    [Fact]
    public void Every_template_has_the_same_placeholders_in_every_language() =>
        NotificationTemplates.All.ShouldAllBe(template =>
            NotificationTemplate
                .PlaceholdersOf(template.English)
                .Order()
                .SequenceEqual(NotificationTemplate.PlaceholdersOf(template.German).Order())
        );

    [Fact]
    public void Every_template_has_a_key_and_words_that_have_room_in_their_columns()
    {
        NotificationTemplates.All.Select(template => template.Key).ShouldBeUnique();
        NotificationTemplates.All.ShouldAllBe(template => template.Key.Length <= 64 && template.Kind.Length <= 50);
        NotificationTemplates.All.ShouldAllBe(template => template.English.Title != template.German.Title);
    }

    /// <summary>The examples of the schemas have every member, so a placeholder without a value is found.</summary>
    [Fact]
    public void Every_placeholder_has_a_value()
    {
        foreach (var template in NotificationTemplates.All.Where(template => template.Event is not null))
        foreach (var content in Examples.Of(template.Event!).Select(template.Of).OfType<NotificationContent>())
        foreach (var words in new[] { template.English, template.German })
            NotificationTemplate
                .PlaceholdersOf(words)
                .Select(placeholder => placeholder.Trim('{', '}').Split(':')[0])
                .Except(content.Data.Keys)
                .ShouldBeEmpty(template.Key);
    }

    [Fact]
    public void No_event_has_two_notifications_for_the_same_audience()
    {
        foreach (var example in EventCatalogue.Published.All.SelectMany(known => Examples.Of(known.Type)))
            NotificationTemplates.Of(example).Select(content => content.Audience).ShouldBeUnique();
        foreach (var by in new[] { "rider", "driver", "operator", "system" })
            NotificationTemplates
                .Of(Ride.Cancelled with { By = by })
                .Select(content => content.Audience)
                .ShouldBe([Audience.Rider, Audience.Driver]);
    }

    static string? Rider(object happened, string language = "en") => Text(Audience.Rider, happened, language);

    static string? Driver(object happened, string language = "en") => Text(Audience.Driver, happened, language);

    static string? Text(Audience audience, object happened, string language) =>
        NotificationTemplates.Of(happened).SingleOrDefault(content => content.Audience == audience)?.In(language).Text;
}
