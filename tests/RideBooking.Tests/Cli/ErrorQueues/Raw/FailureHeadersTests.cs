using System.Reflection;
using MassTransit;
using RideBooking.Cli.ErrorQueues.Raw;
using RideBooking.Operations.ErrorQueues;
using RideBooking.Platform.Messaging;

namespace RideBooking.Tests.Cli.ErrorQueues.Raw;

/// <summary>The command line removes from a message what the host removes.</summary>
public sealed class FailureHeadersTests
{
    public static TheoryData<string> Headers =>
        [
            .. typeof(MessageHeaders)
                .GetFields(BindingFlags.Public | BindingFlags.Static)
                .Where(constant => constant.IsLiteral)
                .Select(constant => (string)constant.GetRawConstantValue()!),
            DueTime.Header,
            "x-death",
            "x-delivery-count",
            "x-first-death-queue",
            "x-last-death-reason",
            "MT-FAULT-MESSAGE",
            "x-number",
        ];

    [Theory, MemberData(nameof(Headers))]
    public void Are_those_that_a_redrive_removes(string header) =>
        FailureHeaders.Contains(header).ShouldBe(FailedMessage.DescribesFailure(header));
}
