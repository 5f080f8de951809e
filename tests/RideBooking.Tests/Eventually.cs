namespace RideBooking.Tests;

/// <summary>Polls, within a limit, for something that has no event to wait for, and says what it waited for.</summary>
internal static class Eventually
{
    public static async Task Is(Func<Task<bool>> condition, string what)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(30));
        while (!await condition())
        {
            limit.IsCancellationRequested.ShouldBeFalse($"Waited in vain: {what}");
            await Task.Delay(10, CancellationToken.None);
        }
    }
}
