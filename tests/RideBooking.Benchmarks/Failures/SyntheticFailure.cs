using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using MassTransit;
using MassTransit.Serialization;
using RabbitMQ.Client;
using RideBooking.Contracts;
using RideBooking.TestKit.Contracts;

namespace RideBooking.Benchmarks.Failures;

/// <summary>A message for an error queue.</summary>
sealed record ErrorQueueMessage(string Queue, BasicProperties Properties, byte[] Body);

/// <summary>
/// Messages that failed for one reason: an event of the contracts in MassTransit's envelope, with the headers that a message has
/// in an error queue.
/// </summary>
/// <param name="Endpoint">The endpoint at which it failed.</param>
/// <param name="Event">The type of the event.</param>
/// <param name="ExceptionType">The type of the exception.</param>
/// <param name="Exception">The exception's message, from the ride and the number of the message.</param>
/// <param name="Content">The event, or its JSON, from the ride and the time.</param>
sealed record SyntheticFailure(
    string Endpoint,
    Type Event,
    string ExceptionType,
    Func<Guid, int, string> Exception,
    Func<Guid, DateTimeOffset, object> Content
)
{
    /// <summary>The member that <see cref="ToRepair"/> has in a form that its consumer cannot read.</summary>
    public const string BrokenMember = "durationSeconds";

    /// <summary>The value of <see cref="BrokenMember"/>.</summary>
    public const string BrokenValue = "840 s";

    /// <summary>How many messages at most name the same request in their exception.</summary>
    public const int MessagesPerRequest = 10;

    const int People = 500;

    static readonly string s_stackTrace = string.Join(
        '\n',
        [
            .. Frames("RideBooking.Platform.Persistence.AppDbContext", "SaveChangesAsync", "ReadResult", "Execute"),
            .. Frames("RideBooking.Platform.Messaging.Delivery.TransactionFilter", "Consume", "RunOnce", "Commit"),
            .. Frames("MassTransit.Middleware.MethodConsumerMessageFilter", "Send", "SendConsumer"),
            .. Frames("MassTransit.Middleware.InMemoryRetryFilter", "Attempt", "Send"),
            .. Frames("RideBooking.Platform.Messaging.Ordering.PerRideOrdering", "Enqueue", "Run"),
        ]
    );

    static readonly string s_exceptionOfBrokenMember =
        $"The JSON value could not be converted to System.Int32. Path: $.{BrokenMember} | LineNumber: 0 | BytePositionInLine: 812.";

    /// <summary>The queue in which these messages are.</summary>
    public string Queue => $"{Endpoint}_error";

    /// <summary>Messages that their consumer can handle: the end of an offer, which it records.</summary>
    public static SyntheticFailure Redrivable(string exception) =>
        new(
            "track-assignments",
            typeof(OfferExpired),
            typeof(InvalidOperationException).FullName!,
            (_, _) => exception,
            (ride, at) => new OfferExpired(ride, Guid.CreateVersion7(), Person("driver", ride), "timeout", at)
        );

    /// <summary>Messages to discard and to restore.</summary>
    public static SyntheticFailure ToDiscard { get; } =
        new(
            "payment",
            typeof(FareFinalized),
            typeof(ArgumentException).FullName!,
            (ride, _) => $"The currency of ride {ride} has no account.",
            (ride, at) => Fare(ride, at)
        );

    /// <summary>Messages that are valid once a value is corrected.</summary>
    public static SyntheticFailure ToRepair { get; } =
        new(
            "compute-fare",
            typeof(RideCompleted),
            typeof(JsonException).FullName!,
            (_, _) => s_exceptionOfBrokenMember,
            (ride, at) =>
            {
                var message = JsonSerializer.SerializeToNode(
                    Completed(ride, at),
                    SystemTextJsonMessageSerializer.Options
                )!;
                message[BrokenMember] = BrokenValue;
                return message;
            }
        );

    /// <summary>Messages of several endpoints, which failed for two reasons at each.</summary>
    public static IReadOnlyList<SyntheticFailure> Others { get; } =
    [
        .. Failures("compute-fare", Completed),
        .. Failures(
            "issue-receipt",
            (ride, at) => new PaymentCaptured(ride, Person("rider", ride), ride, Samples.Euro(12.40m), 1, at)
        ),
        .. Failures(
            "assess-cancellation-fee",
            (ride, at) => Events.RideCancelled(ride, at, Person("rider", ride), Person("driver", ride))
        ),
        .. Failures("payment", Fare),
        .. Failures(
            "search-for-driver",
            (ride, at) => Events.RideRequested(ride, at, Person("rider", ride), quotedFare: Samples.Euro(12.40m))
        ),
        .. Failures(
            "ride",
            (ride, at) => Events.DriverAssigned(ride, at, Person("rider", ride), Person("driver", ride))
        ),
        .. Failures(
            "record-write-off",
            (ride, at) =>
                new BalanceWrittenOff(
                    ride,
                    Person("rider", ride),
                    ride,
                    Samples.Euro(12.40m),
                    "operator-1",
                    "The card has expired.",
                    at
                )
        ),
        .. Failures(
            "track-assignments",
            (ride, at) => Events.DriverUnassigned(ride, at, Person("rider", ride), Person("driver", ride))
        ),
    ];

    /// <summary>Makes a message.</summary>
    /// <param name="ride">Its ride.</param>
    /// <param name="number">The number of the message.</param>
    /// <param name="failedAt">When it failed; it was sent a second before.</param>
    public ErrorQueueMessage Message(Guid ride, int number, DateTimeOffset failedAt)
    {
        var (id, sentAt, urn) = (Guid.CreateVersion7(), failedAt.AddSeconds(-1), MessageUrn.ForTypeString(Event));
        var envelope = new
        {
            messageId = id,
            correlationId = ride,
            conversationId = Guid.CreateVersion7(),
            initiatorId = ride,
            sourceAddress = "rabbitmq://broker.example/ridebooking/ride",
            destinationAddress = $"rabbitmq://broker.example/ridebooking/RideBooking.Contracts:{Event.Name}",
            messageType = new[] { urn },
            message = Content(ride, sentAt),
            sentTime = sentAt,
            headers = new { },
            host = new
            {
                machineName = "ridebooking-7c9d5b6f4-x2x8p",
                processName = "RideBooking.Host",
                processId = 1,
                assembly = "RideBooking.Host",
                assemblyVersion = "1.0.0.0",
                frameworkVersion = "10.0.0",
                massTransitVersion = "8.5.0.0",
                operatingSystemVersion = "Unix 6.1.0.18",
            },
        };
        return new ErrorQueueMessage(
            Queue,
            new BasicProperties
            {
                MessageId = id.ToString(),
                CorrelationId = ride.ToString(),
                ContentType = "application/vnd.masstransit+json",
                Persistent = true,
                Headers = Headers(ride, number, failedAt, urn)
                    .ToDictionary(header => header.Name, header => (object?)Encoding.UTF8.GetBytes(header.Value)),
            },
            JsonSerializer.SerializeToUtf8Bytes(envelope, SystemTextJsonMessageSerializer.Options)
        );
    }

    IEnumerable<(string Name, string Value)> Headers(Guid ride, int number, DateTimeOffset failedAt, string urn) =>
        [
            ("Content-Type", "application/vnd.masstransit+json"),
            (MessageHeaders.Reason, "fault"),
            (MessageHeaders.FaultExceptionType, ExceptionType),
            (MessageHeaders.FaultMessage, Exception(ride, number)),
            (MessageHeaders.FaultTimestamp, failedAt.ToString("O", CultureInfo.InvariantCulture)),
            (MessageHeaders.FaultStackTrace, s_stackTrace),
            (MessageHeaders.FaultInputAddress, $"rabbitmq://broker.example/ridebooking/{Endpoint}"),
            (MessageHeaders.FaultMessageType, urn),
            (MessageHeaders.FaultRedeliveryCount, "3"),
            ("MT-Host-MachineName", "ridebooking-7c9d5b6f4-x2x8p"),
            ("MT-Host-ProcessName", "RideBooking.Host"),
            ("MT-Host-ProcessId", "1"),
            ("MT-Host-Assembly", "RideBooking.Host"),
            ("MT-Host-AssemblyVersion", "1.0.0.0"),
            ("MT-Host-MassTransitVersion", "8.5.0.0"),
            ("MT-Host-FrameworkVersion", "10.0.0"),
            ("MT-Host-OperatingSystemVersion", "Unix 6.1.0.18"),
        ];

    static IEnumerable<SyntheticFailure> Failures<T>(string endpoint, Func<Guid, DateTimeOffset, T> content)
        where T : class =>
        [
            new(
                endpoint,
                typeof(T),
                "Npgsql.NpgsqlException",
                // A text that few messages have.
                (_, number) => $"Exception while reading from stream, request {number / MessagesPerRequest}",
                content
            ),
            new(
                endpoint,
                typeof(T),
                typeof(InvalidOperationException).FullName!,
                (ride, _) => $"Ride {ride} is not known to {endpoint}.",
                content
            ),
        ];

    static RideCompleted Completed(Guid ride, DateTimeOffset at) =>
        Events.RideCompleted(ride, at, Person("rider", ride), Person("driver", ride), Samples.Euro(12.40m));

    static FareFinalized Fare(Guid ride, DateTimeOffset at) =>
        Events.FareFinalized(
            ride,
            at,
            Samples.Euro(12.40m),
            Person("rider", ride),
            Person("driver", ride),
            [new("base", "Base fare", Samples.Euro(4.30m)), new("distance", "6.1 km", Samples.Euro(8.10m))]
        );

    static string Person(string role, Guid ride) => $"{role}-{(uint)ride.GetHashCode() % People}";

    static IEnumerable<string> Frames(string type, params IEnumerable<string> methods) =>
        methods.Select(method =>
            $"   at {type}.{method}(ConsumeContext`1 context, IPipe`1 next, CancellationToken cancellationToken) in /src/{type.Replace('.', '/')}.cs:line {method.Length * 17}"
        );
}
