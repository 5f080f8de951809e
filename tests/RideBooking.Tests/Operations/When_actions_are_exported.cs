using RideBooking.Cli;
using RideBooking.Operations;
using RideBooking.TestKit.Api;
using RideBooking.Tests.Cli;
using RideBooking.Tests.Host;
using RideBooking.Tests.Operations.FailedMessages;

namespace RideBooking.Tests.Operations;

public sealed class When_actions_are_exported(ListeningHost host) : IClassFixture<ListeningHost>
{
    static readonly DateTimeOffset s_at = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    [Fact]
    public async Task Each_is_a_line_of_CSV_that_no_spreadsheet_takes_for_a_formula()
    {
        await Act("ann", "discard-messages", "too old, \"really\"\nyes", s_at);
        await Act("=cmd|calc", "redrive-messages", "-1", s_at.AddHours(1));
        await Act("late", "redrive-messages", "later", s_at.AddDays(1));

        var export = await host.Run("audit", "export", "--from", $"{s_at:O}", "--until", $"{s_at.AddDays(1):O}");

        var lines = export.ShouldEnd(ExitCode.Done).Out.TrimEnd().Split("\r\n");
        lines.Length.ShouldBe(3);
        lines[0].ShouldBe("id,at,by,action,queue,fingerprint,rideId,riderId,subscription,position,count,reason");
        lines[1]
            .ShouldEndWith(
                ",2026-01-02T03:04:05.0000000+00:00,ann,discard-messages,,,,,,,1,\"too old, \"\"really\"\"\nyes\""
            );
        lines[2].ShouldContain(",'=cmd|calc,redrive-messages,");
        lines[2].ShouldEndWith(",'-1");
    }

    [Fact]
    public async Task Only_operators_get_them() =>
        (await (await host.City.Rider()).Get("operations/audit/export")).ShouldBe(
            System.Net.HttpStatusCode.Forbidden,
            "forbidden"
        );

    Task Act(string by, string action, string reason, DateTimeOffset at) =>
        host.Services.Store(new OperatorAction(by, action, reason, at));
}
