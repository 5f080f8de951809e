using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using RideBooking.EventLog.PersonalData;
using RideBooking.Notifications.Contacts;
using RideBooking.Tests.Platform.Http;

namespace RideBooking.Tests.Notifications.Contacts;

public sealed class SaveContactTests : IAsyncLifetime
{
    NotificationsLab _lab = null!;

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _lab = await NotificationsLab.Open();

    public ValueTask DisposeAsync() => _lab.DisposeAsync();

    [Fact]
    public async Task A_rider_sets_changes_and_removes_their_address()
    {
        (await Profile()).ShouldBe("""{"email":null,"language":null}""");
        await _lab.Profile("rider-1", "ada@example.org", "de");
        (await Profile()).ShouldBe("""{"email":"ada@example.org","language":"de"}""");
        await _lab.Profile("rider-1", "ada.l+rides@bücher.example");
        (await Profile()).ShouldBe("""{"email":"ada.l+rides@bücher.example","language":null}""");
        await _lab.Profile("rider-1", null);
        (await Profile()).ShouldBe("""{"email":null,"language":null}""");
        (await Profile("rider-2")).ShouldBe("""{"email":null,"language":null}""");
    }

    [Theory]
    [InlineData("ada", null, "email")]
    [InlineData("ada@", null, "email")]
    [InlineData("@example.org", null, "email")]
    [InlineData("ada@example.org, bob@example.org", null, "email")]
    [InlineData("Ada <ada@example.org>", null, "email")]
    [InlineData("ada@example.org\nBcc: bob@example.org", null, "email")]
    [InlineData("ada@example.org\n", null, "email")]
    [InlineData(null, "fr", "language")]
    public async Task What_is_not_one_address_or_a_language_is_refused(string? email, string? language, string field) =>
        await (await _lab.Profile("rider-1", email, language)).ShouldRefuse(field);

    [Fact]
    public async Task A_forgotten_rider_saves_none()
    {
        await _lab.In(async db =>
        {
            db.Add(
                new SubjectKey
                {
                    Subject = "rider-1",
                    CreatedAt = _lab.Now,
                    ForgottenAt = _lab.Now,
                }
            );
            return await db.SaveChangesAsync(Stop);
        });
        await (await _lab.Profile("rider-1", "ada@example.org")).ShouldBeProblem(409, "rider_forgotten");
        (await _lab.All<Contact>()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Two_requests_at_once_leave_one_profile()
    {
        await Task.WhenAll(
            Enumerable.Range(0, 8).Select(number => _lab.Profile("rider-1", $"ada{number}@example.org"))
        );
        (await _lab.All<Contact>()).ShouldHaveSingleItem();
    }

    async Task<string> Profile(string rider = "rider-1")
    {
        using var client = await _lab.App.As("rider", rider);
        var profile = await client.GetFromJsonAsync<JsonObject>("/api/v1/riders/me/profile", Stop);
        return System.Text.RegularExpressions.Regex.Unescape(profile!.ToJsonString());
    }
}
