using RideBooking.Demo;
using RideBooking.Platform.Configuration;

namespace RideBooking.Tests.Demo;

public sealed class DemoArgumentsTests
{
    [Fact]
    public void Asks_for_the_demo_and_keeps_every_other_argument()
    {
        string[] args =
        [
            "--demo",
            "--Transport:Kind=RabbitMq",
            "--seed",
            "42",
            "--pace=0.5",
            "--Urls",
            "http://localhost:1",
        ];

        DemoArguments.Take(ref args).ShouldBe(new DemoArguments(42, 12, 20, 0.5));

        args.ShouldBe(["--Transport:Kind=RabbitMq", "--Urls", "http://localhost:1"]);
    }

    [Fact]
    public void Without_the_demo_is_left_alone()
    {
        string[] args = ["--seed", "42"];

        DemoArguments.Take(ref args).ShouldBeNull();

        args.ShouldBe(["--seed", "42"]);
    }

    [Theory]
    [InlineData("--seed is 'x' but must be a number from 0 to 2147483647.", "--demo", "--seed", "x")]
    [InlineData("--seed is '' but must be a number from 0 to 2147483647.", "--demo", "--seed")]
    [InlineData("--riders is '401' but must be a number from 1 to 400.", "--demo", "--riders=401")]
    [InlineData("--drivers is '1.5' but must be a number from 1 to 200.", "--drivers", "1.5", "--demo")]
    [InlineData("--pace is '0' but must be a number from 0.125 to 32.", "--demo", "--pace", "0")]
    public void Reports_invalid_arguments(string complaint, params string[] args) =>
        Should.Throw<ConfigurationException>(() => DemoArguments.Take(ref args)).Message.ShouldBe(complaint);
}
