namespace RideBooking.Console.Api;

/// <summary>Reads the endpoints for a page that refreshes, and their history only when a minute has passed: it is long.</summary>
internal sealed class EndpointsReader(ConsoleApi api, TimeProvider clock)
{
    // A minute is in the history some seconds after its end.
    static readonly TimeSpan s_recorded = TimeSpan.FromSeconds(10);

    Dictionary<string, IReadOnlyList<EndpointMinute>> _history = [];
    long _minute;

    public async Task<IReadOnlyList<ReceiveEndpoint>> Read(CancellationToken cancellationToken)
    {
        var minute = (clock.GetUtcNow() - s_recorded).ToUnixTimeSeconds() / 60;
        var isNew = minute != _minute;
        var endpoints = (
            await api.Get<Page<ReceiveEndpoint>>(
                "operations/endpoints",
                cancellationToken,
                ("history", isNew ? "true" : "false")
            )
        ).Items;
        if (isNew)
            (_history, _minute) = (endpoints.ToDictionary(row => row.Name, row => row.History), minute);
        return isNew
            ? endpoints
            : [.. endpoints.Select(row => row with { History = _history.GetValueOrDefault(row.Name, []) })];
    }
}
