using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using RideBooking.Platform.Persistence;

namespace RideBooking.Tests.Persistence;

public sealed class The_connection_to_PostgreSQL
{
    [Theory]
    [InlineData("Host=db", 300, true)]
    [InlineData("Host=db;Max Auto Prepare=0", 0, true)]
    [InlineData("Host=db;MaxAutoPrepare=7;NoResetOnClose=false", 7, false)]
    public void Prepares_its_statements_and_is_not_reset_unless_it_says_otherwise(
        string configured,
        int prepared,
        bool noReset
    )
    {
        var options = new ServiceCollection().AddPersistence(
            new ConfigurationBuilder()
                .AddInMemoryCollection(
                    new Dictionary<string, string?>
                    {
                        ["Database:Provider"] = "Postgres",
                        ["ConnectionStrings:RideBooking"] = configured,
                    }
                )
                .Build()
        );

        var used = new NpgsqlConnectionStringBuilder(options.ConnectionString);
        (used.Host, used.MaxAutoPrepare, used.NoResetOnClose).ShouldBe(("db", prepared, noReset));
    }
}
