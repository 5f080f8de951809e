using RideBooking.IntegrationTests.Infrastructure;
using RideBooking.TestKit.Servers;

namespace RideBooking.IntegrationTests.InfrastructureTests;

public sealed class When_two_checkouts_have_servers
{
    [Fact]
    public async Task Each_has_its_own_and_stops_only_those()
    {
        if (!LocalPostgresIsInstalled())
            Assert.Skip("infra/dev-servers.sh needs PostgreSQL and RabbitMQ as installed binaries.");
        var one = Checkout();
        var other = Checkout();
        try
        {
            var first = await Servers(one, "start");
            var second = await Servers(other, "start");
            first.ShouldNotBe(second);
            (await Servers(one, "start")).ShouldBe(first);

            await Servers(one, "stop");

            (await Servers(one, "status")).ShouldContain("PostgreSQL: stopped");
            var status = await Servers(other, "status");
            status.ShouldContain("PostgreSQL: 127.0.0.1:");
            status.ShouldContain("RabbitMQ: 127.0.0.1:");
        }
        finally
        {
            foreach (var checkout in new[] { one, other })
            {
                await Servers(checkout, "delete");
                Directory.Delete(checkout, recursive: true);
            }
        }
    }

    static bool LocalPostgresIsInstalled() =>
        Directory.Exists("/usr/lib/postgresql") && File.Exists("/usr/lib/rabbitmq/bin/rabbitmq-server");

    static string Checkout()
    {
        var folder = Directory.CreateTempSubdirectory("ridebooking-checkout-").FullName;
        Directory.CreateDirectory(Path.Combine(folder, "infra"));
        File.Copy(Script(), Path.Combine(folder, "infra", "dev-servers.sh"));
        return folder;
    }

    static Task<string> Servers(string checkout, string command) =>
        LocalCommand.RunAsync(["bash", Path.Combine(checkout, "infra", "dev-servers.sh"), command], []);

    static string Script()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (Path.Combine(folder.FullName, "infra", "dev-servers.sh") is var script && File.Exists(script))
                return script;
        throw new FileNotFoundException("infra/dev-servers.sh");
    }
}
