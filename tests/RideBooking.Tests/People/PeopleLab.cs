using System.Net;
using MassTransit;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using RideBooking.Billing;
using RideBooking.Contracts.Seams;
using RideBooking.Drivers;
using RideBooking.Matching;
using RideBooking.Payments;
using RideBooking.Platform.Events;
using RideBooking.Platform.Security;
using RideBooking.Rides;
using RideBooking.TestKit.Api;
using RideBooking.TestKit.Messaging;

namespace RideBooking.Tests.People;

/// <summary>The modules that decide about rides and money, with their API, and a broker that does as the test wants.</summary>
/// <remarks>
/// A message waits until the test delivers it: in any order, any number of times. One that fails is delivered again later, as the
/// bus would. Timers fire although they were cancelled, since a cancellation may come too late.
/// </remarks>
internal sealed class PeopleLab : ModuleLab
{
    readonly List<Sent> _waiting = [];
    readonly List<Sent> _delivered = [];
    readonly Dictionary<(string, string), Person> _people = [];

    PeopleLab()
        : base(new RidesModule(), new MatchingModule(), new DriversModule(), new BillingModule(), new PaymentsModule())
    { }

    /// <summary>The number of messages that wait for their delivery.</summary>
    public int Waiting => _waiting.Count;

    /// <summary>The failures of the messages that still wait, for a report.</summary>
    public IEnumerable<string> Failures =>
        _waiting.Where(sent => sent.Failure is not null).Select(sent => $"{sent.Message}: {sent.Failure}");

    public static async Task<PeopleLab> Open()
    {
        var lab = new PeopleLab();
        await lab.Start(
            services =>
                services
                    .AddSingleton(provider => new ApplicationSecret(
                        provider.GetRequiredService<IConfiguration>(),
                        provider.GetRequiredService<IHostEnvironment>()
                    ))
                    .AddSingleton<StreamFollower>()
                    .AddSingleton<IOperatorActions, Unrecorded>(),
            ("Quotes:SigningKey", new string('k', 32)),
            // The lab delivers a message after the request that sent it, so no request waits for what follows from it.
            ("Messaging:VisibilityTimeout", "00:00:00.001"),
            ("Limits:RequestTimeout", "00:00:01"),
            ("Messaging:Retry", "00:00:00.001"),
            ("Matching:MaxPositionAge", "1.00:00:00"),
            ("Drivers:MaxSilence", "00:00:00"),
            ("Payments:RetryDelays", "00:00:30, 00:01:00, 00:02:00"),
            ("Limits:Burst", "1000000"),
            ("Limits:AnonymousBurst", "1000000"),
            ("Limits:BulkRequests", "100000")
        );
        await lab.Services.GetRequiredService<RecordCommission>().StartAsync(Stop);
        lab.Services.GetRequiredService<IBus>().ConnectPublishObserver(new Overheard(lab));
        return lab;
    }

    private protected override DirectDispatcher Dispatcher(IServiceProvider services) =>
        base.Dispatcher(services)
            .AddSaga<Ride>(MessagesOf(services.GetRequiredService<RideStateMachine>()))
            .AddSaga<Payment>(MessagesOf(services.GetRequiredService<PaymentStateMachine>()));

    static HashSet<Type> MessagesOf(StateMachine machine) =>
        [
            .. machine
                .Events.Select(one => one.GetType().GetInterfaces().FirstOrDefault(IsEventOfMessage))
                .OfType<Type>()
                .Select(type => type.GetGenericArguments()[0]),
        ];

    static bool IsEventOfMessage(Type type) => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Event<>);

    /// <summary>Sends a request as a person, and takes what the application sends because of it.</summary>
    public async Task<Answer> Do(string role, string id, HttpMethod method, string path, object? body = null)
    {
        if (!_people.TryGetValue((role, id), out var person))
        {
            var client = await App.As(role, id);
            client.BaseAddress = new Uri(client.BaseAddress!, "/api/v1/");
            _people[(role, id)] = person = new Person(client);
        }
        var json = body is null ? null : System.Text.Json.JsonSerializer.SerializeToNode(body);
        var answer =
            method == HttpMethod.Get ? await person.Get(path)
            : method == HttpMethod.Put ? await person.Put(path, json!)
            : method == HttpMethod.Delete ? await person.Delete(path)
            : await person.Post(path, json);
        // 503: what the request is about is still on its way, and did not come in time.
        if (answer.Status != HttpStatusCode.ServiceUnavailable)
            ((int)answer.Status).ShouldBeLessThan(
                500,
                $"{method} {path} of {role} {id}: {answer.Body?.ToJsonString()}"
            );
        await Collect();
        return answer;
    }

    /// <summary>Delivers one of the waiting messages, by its place among them. Does nothing if none waits.</summary>
    public async Task<string> DeliverWaiting(int place)
    {
        if (_waiting.Count == 0)
            return "nothing";
        var sent = _waiting[place % _waiting.Count];
        _waiting.Remove(sent);
        if (sent.Failure is null)
            _delivered.Add(sent);
        await Deliver(sent, sent.Id);
        return sent.Message.GetType().Name;
    }

    /// <summary>Delivers a message once more: the same delivery, which the inbox knows, or sent again by its producer.</summary>
    public async Task<string> DeliverAgain(int place, bool asSentAgain)
    {
        if (_delivered.Count == 0)
            return "nothing";
        var sent = _delivered[place % _delivered.Count];
        await Deliver(new Sent(sent.Message, sent.Id), asSentAgain ? Guid.CreateVersion7() : sent.Id);
        return sent.Message.GetType().Name;
    }

    /// <summary>Lets time pass. Timers that are due then wait for their delivery.</summary>
    public void Pass(TimeSpan time)
    {
        Clock.Advance(time);
        _waiting.AddRange(TakeDueTimers().Select(message => new Sent(message, Guid.CreateVersion7())));
    }

    /// <summary>Forgets what was delivered, which the next run does not repeat.</summary>
    public void Forget() => _delivered.Clear();

    async Task Deliver(Sent sent, Guid id)
    {
        try
        {
            await Deliver(sent.Message, id);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            // As the bus does: once more, later.
            _waiting.Add(sent with { Failure = exception.Message });
        }
        await Collect();
    }

    async Task Collect() =>
        _waiting.AddRange(
            (await TakeOutbox()).Select(message => new Sent(message, IdOf(message) ?? Guid.CreateVersion7()))
        );

    sealed record Sent(object Message, Guid Id)
    {
        public string? Failure { get; init; }
    }

    sealed class Unrecorded : IOperatorActions
    {
        public Task<Guid> Record(
            string action,
            Guid? rideId,
            string by,
            string reason,
            CancellationToken cancellationToken
        ) => Task.FromResult(Guid.CreateVersion7());

        public Task Withdraw(Guid id, CancellationToken cancellationToken) => Task.CompletedTask;
    }

    /// <summary>Hears what the consumers that call the gateway publish outside a transaction.</summary>
    sealed class Overheard(PeopleLab lab) : IPublishObserver
    {
        public Task PostPublish<T>(PublishContext<T> context)
            where T : class
        {
            if (
                context.Message.GetType().Namespace?.StartsWith("RideBooking.Payments", StringComparison.Ordinal)
                == true
            )
                lab.OnTheBus.Enqueue(context.Message);
            return Task.CompletedTask;
        }

        public Task PrePublish<T>(PublishContext<T> context)
            where T : class => Task.CompletedTask;

        public Task PublishFault<T>(PublishContext<T> context, Exception exception)
            where T : class => Task.CompletedTask;
    }
}
