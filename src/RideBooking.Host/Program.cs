using RideBooking.Demo;
using RideBooking.Host;
using RideBooking.Platform;
using RideBooking.Platform.Configuration;

try
{
    var demo = DemoModule.AskedFor(ref args);
    // Settings lie beside the program, wherever it is started from.
    var builder = WebApplication.CreateBuilder(
        new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory }
    );
    demo?.Prepare(builder);
    builder.AddRideBooking(demo is null ? Modules.All : [.. Modules.All, demo]);
    return await builder.Build().RunRideBooking(args);
}
catch (ConfigurationException wrong)
{
    await Console.Error.WriteLineAsync(wrong.Message);
    return 2;
}
