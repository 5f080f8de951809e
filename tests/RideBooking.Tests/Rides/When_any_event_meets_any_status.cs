using System.Text;
using System.Text.Json;
using RideBooking.Contracts;
using RideBooking.Rides;
using RideBooking.Tests.Documentation;

namespace RideBooking.Tests.Rides;

/// <summary>Delivers every event in every status of a ride. The page with the results changes with the machine.</summary>
public sealed class When_any_event_meets_any_status
{
    static readonly RideStatus[] s_ends = [RideStatus.Completed, RideStatus.Cancelled, RideStatus.NoDriverFound];

    static readonly string[] s_endings = ["RideCompleted", "RideCancelled", "NoDriverFound"];

    public static TheoryData<RideStatus> Statuses => [.. Enum.GetValues<RideStatus>()];

    [Fact]
    public async Task The_table_says_what_happens() =>
        await GeneratedPage.ShouldBeCurrent(
            "docs/diagrams/ride-table.md",
            await Page(),
            nameof(When_any_event_meets_any_status)
        );

    [Fact]
    public void Every_event_of_the_machine_is_in_the_table()
    {
        var machine = new RideStateMachine(RideLab.Times, RideLab.Plausibility, RideLab.Rules);

        new Cell()
            .Samples.Select(sample => sample.Message.GetType())
            .Distinct()
            .OrderBy(type => type.Name, StringComparer.Ordinal)
            .ShouldBe(
                machine
                    .Events.Select(e => e.GetType().GetGenericArguments().Single())
                    .Select(type => type.IsGenericType ? type.GetGenericArguments().Single() : type)
                    .Distinct()
                    .OrderBy(type => type.Name, StringComparer.Ordinal)
            );
    }

    [Theory]
    [MemberData(nameof(Statuses))]
    public async Task A_repeat_changes_nothing(RideStatus status)
    {
        // Every wrong PIN counts; that a message came twice is for the inbox to notice.
        foreach (var (name, _) in new Cell().Samples.Where(sample => sample.Message is not RecordWrongPin))
        {
            var cell = new Cell();
            await cell.Deliver(status, name);
            var (facts, published) = (await cell.Facts(), cell.Messages.Count);

            await cell.Deliver(name);

            (await cell.Facts()).ShouldBe(facts, $"{name} again in {status}");
            // A driver who is turned away is turned away again, because the first answer may be lost.
            cell.Messages.Skip(published)
                .Where(message => message != "DriverUnassigned")
                .ShouldBeEmpty($"{name} again in {status}");
        }
    }

    [Theory]
    [MemberData(nameof(Statuses))]
    public async Task An_end_is_final_and_said_once(RideStatus status)
    {
        foreach (var (name, _) in new Cell().Samples)
        {
            var cell = new Cell();
            var after = (await cell.Deliver(status, name)).Status;

            if (s_ends.Contains(status))
                after.ShouldBe($"{status}", name);
            cell.Messages.Count(s_endings.Contains)
                .ShouldBe(s_ends.Any(end => $"{end}" == after) ? 1 : 0, $"{name} in {status}");
        }
    }

    static async Task<string> Page()
    {
        var statuses = Enum.GetValues<RideStatus>();
        var page = new StringBuilder(
            $"""
            # What every event does in every status of a ride

            Written by a test, which delivers each event to the real state machine in each status, along the usual path to it, and fails
            when an answer differs. Regenerate it with
            `{GeneratedPage.Command(nameof(When_any_event_meets_any_status))}`.

            `-` means that the event is ignored, or a command refused by the status. `→` names the next status, `+` a published event, `⏰` a
            timer that is set, `✗` the number of timers that are cancelled, `409` why a command is refused. `recorded` means that only data
            of the ride change, and `accepted` that a command is answered as before without a change.

            | event | booked ahead | {string.Join(" | ", statuses)} |
            |---|---|{string.Concat(statuses.Select(_ => "---|"))}

            """.ReplaceLineEndings("\n")
        );
        foreach (var (name, _) in new Cell().Samples)
        {
            List<string> cells = [(await new Cell { IsBooked = true }.Deliver(RideStatus.Requested, name)).Text];
            foreach (var status in statuses)
                cells.Add((await new Cell().Deliver(status, name)).Text);
            page.Append($"| {name} | {string.Join(" | ", cells)} |\n");
        }
        return page.ToString();
    }

    /// <summary>One ride to which one event is delivered.</summary>
    sealed class Cell : RideLab
    {
        /// <summary>Whether the ride is booked ahead, and its search has not begun.</summary>
        public bool IsBooked { get; init; }

        public IReadOnlyList<(string Name, object Message)> Samples =>
            [
                ("RequestRide", Requested()),
                ("RequestRide of another rider", Requested("rider-2")),
                ("SearchStartDue", SearchStart()),
                ("SearchDeadlinePassed", Deadline()),
                ("SearchDeadlinePassed of an earlier search", Deadline(0)),
                ("DriverAssigned", Assigned()),
                ("DriverAssigned, another driver", Assigned(Bela, seconds: 20)),
                ("CancelRide", Cancelled(seconds: 1500)),
                ("CancelRide of another rider", Cancelled(seconds: 1500, rider: "rider-2")),
                ("ChangeDestination", Redirected()),
                ("ArriveAtPickup", Arrived()),
                ("ArriveAtPickup of another driver", Arrived(Bela)),
                ("StartRide", Started()),
                ("StartRide of another driver", Started(Bela)),
                ("RecordWrongPin", WrongPin()),
                ("CompleteRide", Completed()),
                ("CompleteRide of another driver", Completed(Bela)),
                ("EndRide", EndedByRider()),
                ("EndRide too early", EndedByRider(seconds: 260)),
                ("ReleaseRide", Released(seconds: 300)),
                ("ReleaseRide of another driver", Released(Bela, seconds: 300)),
                ("ReportNoShow", NoShow(seconds: 900)),
                ("ReportNoShow too early", NoShow(seconds: 260)),
                ("RateRide", Rated()),
                ("RateRide after its time", Rated(seconds: 100_000)),
                ("RateRider", RatedByDriver()),
                ("ForceComplete", ForcedComplete()),
                ("ForceCancel", ForcedCancel()),
                ("ReassignRide", Reassigned(seconds: 300)),
                ("RideBecameOverdue", BecameOverdue()),
                ("DriverWentSilent", WentSilent()),
                ("DriverWentSilent, another driver", WentSilent(Bela)),
                ("FareFinalized", Fare()),
                ("CancellationFeeAssessed, nothing due", Fee(0)),
                ("CancellationFeeAssessed, a fee", Fee(4)),
                ("PaymentAuthorized", Authorized()),
                ("PaymentCaptured", Captured()),
                ("PaymentFailed, will be retried", Failed(willRetry: true)),
                ("PaymentFailed, finally", Failed(willRetry: false)),
                ("PaymentRefunded, in full", Refunded()),
                ("PaymentRefunded, a part", Refunded(5)),
                ("BalanceOutstanding", Outstanding()),
                ("BalanceSettled", Settled()),
                ("BalanceWrittenOff", WrittenOff()),
            ];

        /// <summary>The names of the published events.</summary>
        public IReadOnlyList<string> Messages =>
            [.. AllPublished.Select(message => message.GetType().Name.Replace("V2", "", StringComparison.Ordinal))];

        /// <summary>All data of the ride.</summary>
        public async Task<string> Facts() => JsonSerializer.Serialize(await Ride());

        /// <summary>Brings the ride to a status, and delivers an event.</summary>
        public async Task<(string Status, string Text)> Deliver(RideStatus status, string name)
        {
            if (IsBooked)
                (await Send(Booked())).ShouldBeTrue();
            else
                await Given(status);
            var (facts, messages, timers, cancelled) = (
                await Facts(),
                Messages.Count,
                TimersSet.Count,
                TimersCancelled.Count
            );
            var accepted = await Deliver(name);
            var after = await Status();

            List<string> parts = [];
            if (after != $"{status}")
                parts.Add($"→ {after}");
            parts.AddRange(Messages.Skip(messages).Select(message => $"+ {message}"));
            parts.AddRange(TimersSet.Skip(timers).Select(timer => $"⏰ {timer.Message!.GetType().Name}"));
            if (TimersCancelled.Count - cancelled is > 0 and var count)
                parts.Add($"✗ {count}");
            if (Refusal is { } refusal)
                parts.Add($"409 {refusal.Code}");
            else if (parts.Count == 0 && await Facts() != facts)
                parts.Add("recorded");
            else if (parts.Count == 0 && accepted)
                parts.Add("accepted");
            return (after, parts.Count == 0 ? "-" : string.Join("; ", parts));
        }

        public Task<bool> Deliver(string name)
        {
            dynamic message = Samples.Single(sample => sample.Name == name).Message;
            return Send(message);
        }
    }
}
