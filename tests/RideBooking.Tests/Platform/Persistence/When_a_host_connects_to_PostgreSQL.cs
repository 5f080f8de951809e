using Microsoft.Data.SqlClient;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using RideBooking.Platform.Persistence;

namespace RideBooking.Tests.Platform.Persistence;

public sealed class When_a_host_connects_to_PostgreSQL
{
    [Theory]
    [InlineData("Host=db", 300, true)]
    [InlineData("Host=db;Max Auto Prepare=0", 0, true)]
    [InlineData("Host=db;MaxAutoPrepare=7;NoResetOnClose=false", 7, false)]
    public void The_connection_prepares_statements_and_skips_the_reset_by_default(
        string configured,
        int prepared,
        bool noReset
    )
    {
        var used = new NpgsqlConnectionStringBuilder(Used("Postgres", configured));
        (used.Host, used.MaxAutoPrepare, used.NoResetOnClose).ShouldBe(("db", prepared, noReset));
    }

    [Theory]
    [InlineData("Host=db", 30)]
    [InlineData("Host=db;Maximum Pool Size=100", 100)]
    [InlineData("Host=db;MaxPoolSize=7", 7)]
    [InlineData("Host=db;Minimum Pool Size=40", 40)]
    public void The_connection_is_one_of_at_most_thirty_by_default(string configured, int most) =>
        new NpgsqlConnectionStringBuilder(Used("Postgres", configured)).MaxPoolSize.ShouldBe(most);

    [Fact]
    public void The_connection_names_the_host_by_default()
    {
        var own = $"RideBooking/{Environment.MachineName}/{Environment.ProcessId}";
        new NpgsqlConnectionStringBuilder(Used("Postgres", "Host=db")).ApplicationName.ShouldBe(own);
        new NpgsqlConnectionStringBuilder(Used("Postgres", "Host=db;Application Name=x")).ApplicationName.ShouldBe("x");
        new SqlConnectionStringBuilder(Used("SqlServer", "Server=db")).ApplicationName.ShouldBe(own);
        new SqlConnectionStringBuilder(Used("SqlServer", "Server=db;App=x")).ApplicationName.ShouldBe("x");
    }

    [Fact]
    public void The_connection_has_a_name_that_the_server_does_not_cut_off() =>
        ConnectionBudget
            .Name(new string('m', 100), 4711)
            .ShouldSatisfyAllConditions(
                name => name.Length.ShouldBe(63),
                name => name.ShouldStartWith("RideBooking/mmm"),
                name => name.ShouldEndWith("m/4711")
            );

    static string Used(string provider, string configured) =>
        new ServiceCollection()
            .AddPersistence(
                new ConfigurationBuilder()
                    .AddInMemoryCollection(
                        new Dictionary<string, string?>
                        {
                            ["Database:Provider"] = provider,
                            ["ConnectionStrings:RideBooking"] = configured,
                        }
                    )
                    .Build()
            )
            .ConnectionString;
}
