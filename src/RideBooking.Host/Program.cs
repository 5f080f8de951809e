using RideBooking.Demo;
using RideBooking.Host;
using RideBooking.Platform.Configuration;
using RideBooking.Platform.Hosting;

try
{
    var demo = DemoModule.TryParse(ref args);
    var arguments = HostArguments.Parse(args);
    if (arguments.Command is HostCommand.Help or HostCommand.Version)
    {
        Console.WriteLine(arguments.Command == HostCommand.Help ? HostArguments.Usage : HostArguments.Version);
        return 0;
    }
    if (demo is not null && arguments.Command != HostCommand.Run)
        throw new ConfigurationException("--demo runs a host and cannot be combined with another command.");

    // The settings files are beside the program, and are found from any working directory.
    var builder = WebApplication.CreateBuilder(
        new WebApplicationOptions { Args = arguments.Settings, ContentRootPath = AppContext.BaseDirectory }
    );
    var settings = new CommandLineSettings(arguments.Settings);
    ((IConfigurationBuilder)builder.Configuration).Add(settings);
    // Finds the console's files also where the program was built and not published.
    builder.WebHost.UseStaticWebAssets();
    demo?.Prepare(builder);
    builder.AddRideBooking(demo is null ? Modules.All : [.. Modules.All, demo]);
    var app = builder.Build();
    settings.RefuseUnread();
    return await app.RunRideBooking(arguments.Command);
}
catch (ConfigurationException exception)
{
    await Console.Error.WriteLineAsync(exception.Message);
    return 2;
}
