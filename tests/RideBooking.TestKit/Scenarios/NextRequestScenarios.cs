using System.Collections.Concurrent;
using RideBooking.TestKit.Api;

namespace RideBooking.TestKit.Scenarios;

/// <summary>Checks in parallel that a caller's next request sees the effect of their last write.</summary>
public abstract class NextRequestScenarios
{
    /// <summary>Settings without waiting times: cancellation fees, no-shows and amounts due apply at once.</summary>
    public static readonly IReadOnlyList<(string Key, string Value)> Settings =
    [
        ("Rides:FreeCancellation", "00:00:00"),
        ("Rides:NoShowAfter", "00:00:00"),
        ("Payments:RetryDelays", ""),
        ("Matching:OfferTimeout", "00:05:00"),
        ("Matching:SearchDeadline", "00:30:00"),
        ("Limits:AnonymousBurst", "5000"),
        // The timeout allows for slow machines; speed is not tested here.
        ("Messaging:VisibilityTimeout", "00:01:00"),
        ("Limits:RequestTimeout", "00:05:00"),
    ];

    protected abstract City City { get; }

    // Enough for concurrent requests at every endpoint.
    const int AtOnce = 24;

    [Fact]
    public async Task Is_what_the_last_one_did()
    {
        var wrong = new ConcurrentBag<string>();
        using var turns = new SemaphoreSlim(AtOnce);
        await Task.WhenAll(
            NextRequests.All.Select(
                async (pair, place) =>
                {
                    await turns.WaitAsync(TestContext.Current.CancellationToken);
                    try
                    {
                        await pair.Check(new CallerStory(City, place, await City.Rider()));
                    }
                    // Reports every failing pair, not just the first.
                    catch (Exception exception)
                    {
                        wrong.Add(
                            $"{pair.Write} -> {pair.Next} ({pair.Sees}): {exception.Message.ReplaceLineEndings(" ")}"
                        );
                    }
                    finally
                    {
                        turns.Release();
                    }
                }
            )
        );
        wrong.ShouldBeEmpty(string.Join("\n", wrong.Order(StringComparer.Ordinal)));
    }
}
