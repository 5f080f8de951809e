using RideBooking.Host;
using RideBooking.Platform;
using RideBooking.Platform.Configuration;

try
{
    // Settings lie beside the program, wherever it is started from.
    var builder = WebApplication.CreateBuilder(
        new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory }
    );
    builder.AddRideBooking(Modules.All);
    return await builder.Build().RunRideBooking(args);
}
catch (ConfigurationException wrong)
{
    await Console.Error.WriteLineAsync(wrong.Message);
    return 2;
}
