namespace RideBooking.Tests;

/// <summary>Polls, within a limit, for a condition without an event; the failure names the condition.</summary>
internal static class Eventually
{
    public static async Task Is(Func<Task<bool>> condition, string what)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(30));
        while (!await condition())
        {
            limit.IsCancellationRequested.ShouldBeFalse($"Timed out: {what}");
            await Task.Delay(10, CancellationToken.None);
        }
    }
}
