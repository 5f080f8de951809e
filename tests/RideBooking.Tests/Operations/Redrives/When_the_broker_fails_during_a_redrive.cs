using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using RideBooking.Operations.ErrorQueues;
using RideBooking.Platform.Messaging.DeadLetters;
using RideBooking.Platform.Persistence;
using RideBooking.TestKit.Api;
using RideBooking.Tests.Host;
using RideBooking.Tests.Operations.ErrorQueues;

namespace RideBooking.Tests.Operations.Redrives;

/// <summary>The broker accepts the first messages of a redrive and then, for a moment, none.</summary>
public sealed class When_the_broker_fails_during_a_redrive(When_the_broker_fails_during_a_redrive.Host host)
    : IClassFixture<When_the_broker_fails_during_a_redrive.Host>
{
    const int Messages = 5;
    const string Queue = "track-assignments_error";

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_continues_and_sends_no_message_twice()
    {
        var operations = await host.City.Operator();
        await Fail();
        await operations.FindIn(Queue, Messages);

        var done = await operations.Until(
            "the redrive",
            await operations.Redrive(Queue),
            redrive => redrive.Text("status") == "completed"
        );

        done.Body!["sent"]!.GetValue<int>().ShouldBe(Messages);
        host.HasFailed.ShouldBeTrue();
        host.Sent.Count.ShouldBe(Messages);
        host.Sent.Distinct().Count().ShouldBe(Messages);
    }

    Task Fail() => host.Services.Fail(Enumerable.Repeat(Queue, Messages), Stop);

    /// <summary>The embedded default, whose transport fails once, after it has accepted two messages.</summary>
    public sealed class Host : HostInProcess
    {
        public ConcurrentQueue<string> Sent { get; } = [];

        public bool HasFailed { get; private set; }

        protected override void Configure(IServiceCollection services) =>
            services.AddSingleton<IErrorQueues>(provider => new FailingQueues(
                ActivatorUtilities.CreateInstance<InMemoryErrorQueues>(provider),
                this
            ));

        sealed class FailingQueues(IErrorQueues queues, Host host) : IErrorQueues
        {
            public Task Move(
                IReadOnlyList<string> from,
                Func<IReadOnlyList<FailedMessage>, Task> store,
                CancellationToken cancellationToken
            ) => queues.Move(from, store, cancellationToken);

            public Task<bool> IsConsumed(IReadOnlyList<string> consumed, CancellationToken cancellationToken) =>
                queues.IsConsumed(consumed, cancellationToken);

            public Task<Task> SendBack(FailedMessage message, CancellationToken cancellationToken)
            {
                if (host.Sent.Count == 2 && !host.HasFailed)
                {
                    host.HasFailed = true;
                    throw new IOException("The broker is unavailable.");
                }
                host.Sent.Enqueue(message.Id);
                return Task.FromResult(Task.CompletedTask);
            }
        }
    }
}
