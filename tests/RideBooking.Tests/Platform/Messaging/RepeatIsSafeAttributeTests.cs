using System.Reflection;
using MassTransit;
using RideBooking.Host;
using RideBooking.Platform.Messaging;

namespace RideBooking.Tests.Platform.Messaging;

public sealed class RepeatIsSafeAttributeTests
{
    [Fact]
    public void Every_consumer_says_why_a_message_that_the_inbox_has_forgotten_has_no_second_effect() =>
        Modules
            .All.SelectMany(module => module.GetType().Assembly.GetTypes())
            .Where(type => type.IsAssignableTo(typeof(IConsumer)) && !type.IsAbstract)
            .Where(consumer => consumer.GetCustomAttribute<RepeatIsSafeAttribute>() is null)
            .ShouldBeEmpty();
}
