using MassTransit;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using RideBooking.Payments;
using RideBooking.Payments.Authorizations;
using RideBooking.Payments.Gateway;
using RideBooking.Payments.Methods;
using RideBooking.Payments.Refunds;
using RideBooking.Platform;
using RideBooking.Platform.Persistence;
using RideBooking.Testing;
using RideBooking.TestKit.Persistence;
using RideBooking.TestKit.Scenarios;
using RideBooking.Tests.Payments.Gateway;

namespace RideBooking.Tests.Payments;

/// <summary>
/// The payment state machine and the consumer that calls the gateway, in the saga lab; cards, the sandbox's ledger and the
/// payments that the consumer reads are in a real SQLite database.
/// </summary>
/// <remarks>
/// Not a <see cref="ModuleLab"/>: the machine's timers, duplicates and crashes are those of the saga lab, in memory, with its own
/// time.
/// </remarks>
public sealed class PaymentLab : IAsyncLifetime
{
    readonly string _folder = Directory.CreateTempSubdirectory("ridebooking-payments-").FullName;
    readonly ServiceProvider _database;

    public PaymentLab()
    {
        var services = new ServiceCollection();
        AddDatabase(services);
        _database = services.AddSingleton(TimeProvider.System).BuildServiceProvider();
        (WithRetries, WithoutRetries) = (Lab(RideAndPaymentScenarios.Options.RetryDelays), Lab([]));
    }

    /// <summary>Retries a failed charge after a minute and after ten.</summary>
    public SagaLab WithRetries { get; }

    /// <summary>Leaves the balance outstanding after the first failed attempt.</summary>
    public SagaLab WithoutRetries { get; }

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => await In(db => Tables.CreateIn(db, Stop));

    /// <summary>Adds a card of a rider, which becomes the default if it is the first or if requested.</summary>
    internal async Task<Guid> AddCard(string riderId, string token, int defaultSince = 1)
    {
        var card = new PaymentMethod
        {
            Id = Guid.CreateVersion7(),
            RiderId = riderId,
            Token = token,
            Brand = "visa",
            Last4 = "0000",
            DefaultSince = SomeRide.At.AddSeconds(defaultSince),
            AddedAt = SomeRide.At,
        };
        await In(async db => db.Add(card).Entity.Id == default || await db.SaveChangesAsync(Stop) > 0);
        return card.Id;
    }

    /// <summary>Returns the charges of a ride with their outcomes, by key.</summary>
    internal Task<List<SandboxCharge>> Ledger(Guid rideId) => In(db => db.Ledger(rideId).ToListAsync(Stop));

    public async ValueTask DisposeAsync()
    {
        await WithRetries.DisposeAsync();
        await WithoutRetries.DisposeAsync();
        await _database.DisposeAsync();
        SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
    }

    SagaLab Lab(IReadOnlyList<TimeSpan> delays) =>
        new(lab =>
            lab.Saga<PaymentStateMachine, Payment>()
                .Consumer<CallGateway>()
                .Consumer<CallGatewayToAuthorize>()
                .Consumer<CallGatewayToVoid>()
                .Consumer<CallGatewayForRefund>()
                .StartAt(SomeRide.At)
                .Services(services =>
                {
                    AddDatabase(services);
                    services.AddSingleton(new PaymentOptions(delays, null, TimeSpan.FromMinutes(15)));
                    services.AddSingleton(new SandboxConditions());
                    services.AddSingleton<IPaymentGateway, SandboxGateway>();
                })
                .WriteThrough<Payment>(Write)
                .Outbox(OutboxKind.Transactional)
                .Redelivery(again => again.Interval(3, TimeSpan.FromMinutes(1)))
        );

    void AddDatabase(IServiceCollection services)
    {
        services.AddSingleton<IModule>(new PaymentsModule());
        services.AddPersistence(
            new ConfigurationBuilder()
                .AddInMemoryCollection(
                    new Dictionary<string, string?>
                    {
                        ["ConnectionStrings:RideBooking"] = $"Data Source={Path.Combine(_folder, "payments.db")}",
                    }
                )
                .Build()
        );
        services.ConfigureDbContext<SqliteAppDbContext>(db => db.AddInterceptors(new SqliteSynchronousOff()));
    }

    static async Task Write(
        IServiceProvider services,
        Guid rideId,
        Payment? payment,
        CancellationToken cancellationToken
    )
    {
        var db = services.GetRequiredService<AppDbContext>();
        await db.Set<Payment>().Where(row => row.CorrelationId == rideId).ExecuteDeleteAsync(cancellationToken);
        if (payment is not null)
            db.Add(payment);
        await db.SaveChangesAsync(cancellationToken);
    }

    async Task<T> In<T>(Func<AppDbContext, Task<T>> use)
    {
        await using var scope = _database.CreateAsyncScope();
        return await use(scope.ServiceProvider.GetRequiredService<AppDbContext>());
    }
}
