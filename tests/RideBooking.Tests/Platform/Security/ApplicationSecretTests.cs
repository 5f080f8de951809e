using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Internal;
using RideBooking.Platform.Security;
using RideBooking.Tests.Drivers;

namespace RideBooking.Tests.Security;

public sealed class ApplicationSecretTests
{
    [Fact]
    public async Task Is_the_same_for_replicas_that_create_it_at_once()
    {
        await using var lab = await DriversLab.Open();
        var scopes = lab.Services.GetRequiredService<IServiceScopeFactory>();

        var keys = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => Start())));

        keys.Distinct().ShouldHaveSingleItem();

        async Task<string> Start()
        {
            var secret = new ApplicationSecret(
                new ConfigurationBuilder().Build(),
                new HostingEnvironment { EnvironmentName = Environments.Development }
            );
            await secret.Load(scopes, TestContext.Current.CancellationToken);
            return Convert.ToHexString(secret.KeyFor("quotes"));
        }
    }
}
