using System.Collections.Concurrent;

namespace RideBooking.Tests.Api;

/// <summary>The next request of a caller sees what the last one did, all pairs of them at once.</summary>
public abstract class NextRequestScenarios
{
    /// <summary>Cancelling costs at once, a rider may be given up at once, and what is declined is owed at once.</summary>
    public static readonly IReadOnlyList<(string Key, string Value)> Settings =
    [
        ("Rides:FreeCancellation", "00:00:00"),
        ("Rides:NoShowAfter", "00:00:00"),
        ("Payments:RetryDelays", ""),
        ("Matching:OfferTimeout", "00:05:00"),
        ("Matching:SearchDeadline", "00:30:00"),
        ("Limits:AnonymousBurst", "5000"),
        // However slow the machine is: not what is tested.
        ("Messaging:VisibilityTimeout", "00:01:00"),
        ("Limits:RequestTimeout", "00:05:00"),
    ];

    protected abstract City City { get; }

    // Enough to meet at every endpoint.
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
                    // Every pair that is wrong is named, and not the first alone.
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
