using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RideBooking.Operations.ErrorQueues;
using RideBooking.Platform.Messaging.DeadLetters;
using RideBooking.Platform.Persistence;
using RideBooking.TestKit.Api;
using RideBooking.Tests.Host;

namespace RideBooking.Tests.Operations.ErrorQueues;

/// <summary>The messages of one error queue cannot be stored, while another queue has messages, too.</summary>
public sealed class When_a_queue_cannot_be_moved(When_a_queue_cannot_be_moved.Host host)
    : IClassFixture<When_a_queue_cannot_be_moved.Host>
{
    const string Failing = "compute-fare_error";
    const string Other = "track-assignments_error";

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Its_messages_wait_and_the_others_are_moved()
    {
        var operations = await host.City.Operator();
        await Fail(Failing, Other, Failing, Other);

        await operations.FindIn(Other, 2);
        (await Waiting()).ShouldBe([Failing, Failing]);

        host.Fails = false;
        await operations.FindIn(Failing, 2);
        await WaitFor.TrueAsync("the queues to be empty", async () => (await Waiting()).Count == 0);
    }

    async Task<List<string>> Waiting()
    {
        await using var scope = host.Services.CreateAsyncScope();
        var table = scope.ServiceProvider.GetRequiredService<AppDbContext>().Set<DeadLetterMessage>();
        return await table.Where(row => row.Queue == Failing).Select(row => row.Queue).ToListAsync(Stop);
    }

    Task Fail(params string[] queues) => host.Services.Fail(queues, Stop);

    /// <summary>The embedded default, whose store refuses the messages of one queue for a time.</summary>
    public sealed class Host : HostInProcess
    {
        volatile bool _fails = true;

        public bool Fails
        {
            get => _fails;
            set => _fails = value;
        }

        protected override void Configure(IServiceCollection services) =>
            services.AddSingleton<IErrorQueues>(provider => new Queues(
                ActivatorUtilities.CreateInstance<InMemoryErrorQueues>(provider),
                this
            ));
    }

    sealed class Queues(IErrorQueues queues, Host host) : IErrorQueues
    {
        public Task Move(
            IReadOnlyList<string> from,
            Func<IReadOnlyList<FailedMessage>, Task> store,
            CancellationToken cancellationToken
        ) =>
            queues.Move(
                from,
                batch =>
                    host.Fails && batch.Any(message => message.Queue == Failing)
                        ? throw new InvalidOperationException("The store does not accept it.")
                        : store(batch),
                cancellationToken
            );

        public Task<bool> IsConsumed(IReadOnlyList<string> consumed, CancellationToken cancellationToken) =>
            queues.IsConsumed(consumed, cancellationToken);

        public Task<Task> SendBack(FailedMessage message, CancellationToken cancellationToken) =>
            queues.SendBack(message, cancellationToken);
    }
}
