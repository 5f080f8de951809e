using Microsoft.AspNetCore.Builder;
using RideBooking.Tests.Platform.Http.Limits;

namespace RideBooking.Tests.Platform.Http;

/// <summary>One application for all tests of a class whose requests leave no state behind.</summary>
/// <param name="map">Maps its endpoints.</param>
public abstract class ServedApp(Action<WebApplication> map) : IAsyncLifetime
{
    internal HttpApp App { get; private set; } = null!;

    // LimitsTests covers the limits; here all tests are the same caller.
    public async ValueTask InitializeAsync() =>
        App = await HttpApp.Start(map, settings: ("Limits:AnonymousBurst", "10000"));

    public async ValueTask DisposeAsync()
    {
        await App.DisposeAsync();
        GC.SuppressFinalize(this);
    }
}
