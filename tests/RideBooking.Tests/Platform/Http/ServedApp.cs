using Microsoft.AspNetCore.Builder;

namespace RideBooking.Tests.Http;

/// <summary>One application for all tests of a class whose requests leave nothing behind.</summary>
/// <param name="map">Its endpoints.</param>
public abstract class ServedApp(Action<WebApplication> map) : IAsyncLifetime
{
    internal HttpApp App { get; private set; } = null!;

    // The limits are another class's subject, and all tests of this one are the same caller.
    public async ValueTask InitializeAsync() =>
        App = await HttpApp.Start(map, settings: ("Limits:AnonymousBurst", "10000"));

    public async ValueTask DisposeAsync()
    {
        await App.DisposeAsync();
        GC.SuppressFinalize(this);
    }
}
