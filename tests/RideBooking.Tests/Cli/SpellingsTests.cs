using RideBooking.Cli;
using RideBooking.EventLog.Subscriptions;
using RideBooking.Notifications.Deliveries;
using RideBooking.Operations;
using RideBooking.Operations.Alerts;
using RideBooking.Operations.FailedMessages;
using RideBooking.Operations.Failures;

namespace RideBooking.Tests.Cli;

/// <summary>The command line is a client and repeats the words that it reads. They must be those that the host writes.</summary>
public sealed class SpellingsTests
{
    [Fact]
    public void The_command_line_spells_the_states_of_a_message_as_the_host_does() =>
        (Spellings.MessageFailed, Spellings.MessageDiscarded).ShouldBe((StoredMessage.Failed, StoredMessage.Discarded));

    [Fact]
    public void The_command_line_spells_groups_as_the_host_does() =>
        Spellings.Groups.ShouldBe(ListFailureGroups.Groups);

    [Fact]
    public void The_command_line_spells_the_kinds_of_failures_as_the_host_does() =>
        new[]
        {
            Spellings.FailedMessages,
            Spellings.UnsentMessages,
            Spellings.FailingTimers,
            Spellings.ParkedEvents,
            Spellings.GivenUpNotifications,
        }.ShouldBe([
            CountFailures.FailedMessages,
            CountFailures.UnsentMessages,
            CountFailures.FailingTimers,
            CountFailures.ParkedEvents,
            CountFailures.GivenUpNotifications,
        ]);

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
    public void The_command_line_spells_the_states_of_deliveries_as_the_host_does() =>
        new[] { Spellings.DeliveryPending, Spellings.DeliveryDelivered, Spellings.DeliveryFailed }.ShouldBe(
            Delivery.Statuses
        );

    [Fact]
    public void A_replay_has_the_statuses_of_other_work() =>
        (Spellings.WorkRunning, Spellings.WorkCompleted).ShouldBe((Replay.Running, Replay.Completed));
}
