using RideBooking.Cli;
using RideBooking.EventLog.Subscriptions;
using RideBooking.Operations;
using RideBooking.Operations.Alerts;
using RideBooking.Operations.FailedMessages;

namespace RideBooking.Tests.Cli;

/// <summary>The command line is a client and repeats the words that it reads. They must be those that the host writes.</summary>
public sealed class SpellingsTests
{
    [Fact]
    public void The_command_line_spells_the_states_of_a_message_as_the_host_does() =>
        (Spellings.MessageFailed, Spellings.MessageDiscarded).ShouldBe((StoredMessage.Failed, StoredMessage.Discarded));

    [Fact]
    public void The_command_line_spells_the_statuses_of_work_as_the_host_does() =>
        (Spellings.WorkRunning, Spellings.WorkPaused, Spellings.WorkCompleted).ShouldBe(
            (WorkStatus.Running, WorkStatus.Paused, WorkStatus.Completed)
        );

    [Fact]
    public void The_command_line_spells_the_statuses_of_alerts_and_notifications_as_the_host_does() =>
        (
            Spellings.AlertFiring,
            Spellings.NotificationPending,
            Spellings.NotificationDelivered,
            Spellings.NotificationGivenUp
        ).ShouldBe(
            (AlertView.Firing, AlertNotification.Pending, AlertNotification.Delivered, AlertNotification.GivenUp)
        );

    [Fact]
    public void A_replay_has_the_statuses_of_other_work() =>
        (Spellings.WorkRunning, Spellings.WorkCompleted).ShouldBe((Replay.Running, Replay.Completed));
}
