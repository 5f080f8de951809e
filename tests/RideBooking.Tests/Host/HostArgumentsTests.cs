using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using RideBooking.Host;
using RideBooking.Platform.Configuration;
using RideBooking.Platform.Hosting;

namespace RideBooking.Tests.Host;

public sealed class HostArgumentsTests
{
    [Theory]
    [InlineData(HostCommand.Run)]
    [InlineData(HostCommand.Migrate, "migrate")]
    [InlineData(HostCommand.Recover, "recover")]
    [InlineData(HostCommand.Help, "--help")]
    [InlineData(HostCommand.Help, "-h")]
    [InlineData(HostCommand.Help, "help")]
    [InlineData(HostCommand.Version, "--version")]
    [InlineData(HostCommand.Migrate, "--Database:Provider=Sqlite", "migrate")]
    [InlineData(HostCommand.Recover, "--Transport:Kind", "RabbitMq", "recover")]
    internal void Know_the_commands(HostCommand command, params string[] arguments) =>
        HostArguments.Parse(arguments).Command.ShouldBe(command);

    [Fact]
    public void Take_settings_in_every_form_of_NET() =>
        HostArguments
            .Parse(["--A:B=1", "--C:D", "2 3", "/E:F=4", "G:H=a=b", "--I:J="])
            .Settings.ShouldBe(["--A:B=1", "--C:D=2 3", "--E:F=4", "--G:H=a=b", "--I:J="]);

    [Theory]
    [InlineData("recoverr")]
    [InlineData("migrat")]
    [InlineData("Migrate")]
    [InlineData("--demoo")]
    [InlineData("--migrate")]
    [InlineData("-help")]
    [InlineData("/?")]
    [InlineData("")]
    [InlineData("--")]
    [InlineData("--=x")]
    [InlineData("--Transport:Kind")]
    [InlineData("--Transport:Kind", "--Database:Provider=Sqlite")]
    [InlineData("--seed", "3", "reset")]
    [InlineData("migrate", "recover")]
    public void Refuse_unknown_arguments_with_the_list_of_commands(params string[] arguments)
    {
        var message = Should.Throw<ConfigurationException>(() => HostArguments.Parse(arguments)).Message;

        message.ShouldStartWith("'");
        message.ShouldContain("migrate          create or upgrade the database's schema");
        message.ShouldContain("recover          republish messages that a broker has lost");
    }

    [Fact]
    public void An_unknown_setting_is_refused_by_name()
    {
        var settings = new CommandLineSettings([
            "--Matching:OfferTimeout=00:00:30",
            "--Matching:OfferTimeut=00:00:30",
            "--Logging:LogLevel:Default=Debug",
            "--OTEL_SERVICE_NAME=rides",
        ]);
        var configuration = new ConfigurationBuilder().Add(settings).Build();
        configuration["matching:offertimeout"].ShouldBe("00:00:30");

        Should
            .Throw<ConfigurationException>(settings.RefuseUnread)
            .Message.ShouldStartWith("'--Matching:OfferTimeut' on the command line is not a setting");
    }

    [Fact]
    public void An_invalid_log_level_is_refused_by_name() =>
        Should
            .Throw<ConfigurationException>(() =>
                WebApplication.CreateBuilder(["--Logging:LogLevel:RideBooking.Rides=Loud"]).AddRideBooking([])
            )
            .Message.ShouldStartWith("Logging:LogLevel:RideBooking.Rides is 'Loud', which is not one of Trace, Debug,");
}
