using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using CsCheck;
using RideBooking.Contracts;

namespace RideBooking.Tests.Contracts;

public sealed class QuoteTokensTests
{
    static readonly QuoteTokens s_tokens = new(Encoding.UTF8.GetBytes("a key that is long enough for HMAC-SHA256"));

    static readonly Gen<Place> s_places = Gen.Select(
        Gen.Double[-90, 90],
        Gen.Double[-180, 180],
        (lat, lng) => new Place(lat, lng)
    );

    static readonly Gen<SignedQuote> s_quotes = Gen.Select(
        Gen.String[Gen.Char[' ', '\ud7ff'], 1, 255],
        s_places,
        s_places,
        Gen.Int[0, 100_000_00],
        Gen.Int[0, 300_000],
        Gen.Int[0, 100_000],
        Gen.DateTimeOffset,
        Gen.Select(Gen.String[Gen.Char['a', 'z'], 1, 20].Null(), Gen.Int[100, 1_000]),
        (rider, from, to, cents, meters, seconds, expires, city) =>
            new SignedQuote(
                Guid.CreateVersion7(),
                rider,
                from,
                to,
                "standard",
                new Money(cents / 100m, "EUR"),
                meters,
                seconds,
                expires.ToUniversalTime(),
                city.Item1,
                city.Item2
            )
    );

    static SignedQuote Quote =>
        new(
            Guid.Parse("0192f0c4-0000-7000-8000-000000000001"),
            "rider-1",
            new Place(52.52, 13.405, "Alexanderplatz"),
            new Place(52.5, 13.3),
            "comfort",
            new Money(12.40m, "EUR"),
            6100,
            840,
            new DateTimeOffset(2026, 1, 10, 10, 12, 0, TimeSpan.Zero)
        );

    [Fact]
    public void A_token_reads_back_as_its_quote() =>
        s_quotes.Sample(quote =>
        {
            var token = s_tokens.Sign(quote);
            token.ShouldAllBe(c => char.IsAsciiLetterOrDigit(c) || c == '-' || c == '_' || c == '.');
            token.Length.ShouldBeLessThanOrEqualTo(QuoteTokens.MaxLength);
            s_tokens.TryRead(token, out var read).ShouldBeTrue();
            read.ShouldBe(quote);
        });

    [Fact]
    public void The_quote_of_a_change_says_of_which_ride_and_with_which_stops()
    {
        var change = new QuotedChange(Guid.CreateVersion7(), 3);
        var stops = s_places.Array[Itinerary.MaxStops].Single();
        var token = s_tokens.Sign(Quote with { RiderId = new string('\u0436', 255), Stops = stops, Change = change });

        s_tokens.TryRead(token, out var read).ShouldBeTrue();
        read.Change.ShouldBe(change);
        read.Stops.ShouldBe(stops);
    }

    [Fact]
    public void A_token_of_the_version_before_is_read()
    {
        // Without the members that came later.
        const string payload = """
            {"I":"0192f0c4-0000-7000-8000-000000000001","R":"rider-1","P":[52.52,13.405],"D":[52.5,13.3],"V":"comfort","A":"12.40","C":"EUR","M":6100,"S":840,"X":639036943200000000,"G":null,"U":120}
            """;
        var signed = "q1." + Base64Url.EncodeToString(Encoding.UTF8.GetBytes(payload.Trim()));
        var mac = HMACSHA256.HashData(
            Encoding.UTF8.GetBytes("a key that is long enough for HMAC-SHA256"),
            Encoding.UTF8.GetBytes(signed)
        );

        s_tokens.TryRead($"{signed}.{Base64Url.EncodeToString(mac)}", out var read).ShouldBeTrue();
        (read.Fare, read.SurgePercent, read.Stops, read.Change).ShouldBe((new Money(12.40m, "EUR"), 120, null, null));
    }

    [Fact]
    public void Addresses_do_not_travel_in_the_token()
    {
        s_tokens.TryRead(s_tokens.Sign(Quote), out var read).ShouldBeTrue();
        read.ShouldBe(Quote with { Pickup = Quote.Pickup with { Address = null } });
    }

    [Fact]
    public void An_ordinary_token_is_short() => s_tokens.Sign(Quote).Length.ShouldBeLessThan(400);

    [Fact]
    public void A_token_with_any_character_changed_is_refused()
    {
        var token = s_tokens.Sign(Quote);
        for (var i = 0; i < token.Length; i++)
            foreach (var other in new[] { token[i] == 'A' ? 'B' : 'A', '.', ' ', '\0', 'é' })
                if (other != token[i])
                    s_tokens.TryRead(token[..i] + other + token[(i + 1)..], out _).ShouldBeFalse($"position {i}");
    }

    [Fact]
    public void A_token_cut_short_or_lengthened_is_refused()
    {
        var token = s_tokens.Sign(Quote);
        for (var length = 0; length < token.Length; length++)
            s_tokens.TryRead(token[..length], out _).ShouldBeFalse();
        s_tokens.TryRead(token + "A", out _).ShouldBeFalse();
        s_tokens.TryRead(token + new string('A', 100_000), out _).ShouldBeFalse();
    }

    [Fact]
    public void A_token_of_another_key_is_refused()
    {
        var others = new QuoteTokens(Encoding.UTF8.GetBytes("another key that is long enough for HMAC"));
        s_tokens.TryRead(others.Sign(Quote), out _).ShouldBeFalse();
    }

    [Fact]
    public void Garbage_is_refused_and_never_throws()
    {
        s_tokens.TryRead(null, out _).ShouldBeFalse();
        Gen.String[0, 3000].Sample(garbage => s_tokens.TryRead(garbage, out _).ShouldBeFalse());
        Gen.String[Gen.Char["abcXYZ019-_.="], 0, 200]
            .Sample(garbage => s_tokens.TryRead("q1." + garbage, out _).ShouldBeFalse());
    }

    [Fact]
    public void A_short_key_is_refused() => Should.Throw<ArgumentException>(() => new QuoteTokens(new byte[31]));
}
