using RideBooking.Demo.People;
using RideBooking.Demo.Watching;
using RideBooking.Platform;
using RideBooking.Platform.Messaging;
using RideBooking.Platform.Persistence;

namespace RideBooking.Demo.Screen;

/// <summary>Collects what the screen shows.</summary>
internal sealed class ViewSource(
    Watch watch,
    Api api,
    Pace pace,
    BrokenConsumer consumer,
    DemoArguments arguments,
    TransportOptions transport,
    DatabaseOptions database,
    IEnumerable<IModule> modules,
    TimeProvider clock
)
{
    readonly string? _startPage = modules.Select(module => module.StartPage).FirstOrDefault(page => page is not null);
    readonly long _begun = clock.GetTimestamp();

    /// <summary>Returns the current view.</summary>
    public async Task<View> Now(
        string? statusMessage,
        (string File, string? LastLine) log,
        bool keys,
        CancellationToken cancellationToken
    )
    {
        var address = await api.Address(cancellationToken);
        return new View(
            watch.Now(),
            $"{address.GetLeftPart(UriPartial.Authority)}{_startPage}  {transport.Kind}, {database.Provider}",
            arguments.Seed,
            pace.Current,
            pace.Paused,
            consumer.Broken,
            clock.GetElapsedTime(_begun),
            statusMessage,
            log,
            keys
        );
    }
}
