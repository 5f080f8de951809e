using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using RideBooking.Platform.Http.Idempotency;
using RideBooking.Platform.Http.OpenApi;
using RideBooking.Platform.Http.Problems;
using RideBooking.Platform.Persistence;

namespace RideBooking.Tests.Platform.Http.Idempotency;

/// <summary>An application with an idempotent endpoint for orders, and replicas of it.</summary>
public abstract class IdempotentOrders : IAsyncLifetime
{
    private protected static readonly DateTimeOffset Start = new(2026, 1, 10, 10, 10, 0, TimeSpan.Zero);
    private protected static readonly IdempotencyOptions s_options = new();

    readonly string file = Path.Combine(Path.GetTempPath(), $"idempotency-{Guid.NewGuid():N}.db");
    private protected readonly FakeTimeProvider clock = new(Start);
    private protected readonly Shop work = new();
    private protected HttpApp app = null!;

    private protected static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        app = await StartApp(clock);
        await using var scope = app.Services.CreateAsyncScope();
        await Tables.CreateIn(scope.ServiceProvider.GetRequiredService<AppDbContext>(), Stop);
    }

    public async ValueTask DisposeAsync()
    {
        work.Go();
        await app.DisposeAsync();
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        File.Delete(file);
        GC.SuppressFinalize(this);
    }

    /// <summary>A replica: a separate application that shares the database.</summary>
    private protected Task<HttpApp> StartApp(
        TimeProvider time,
        IdempotencyOptions? options = null,
        Action<IServiceCollection>? configure = null
    ) =>
        HttpApp.Start(
            Map,
            configure: builder =>
            {
                builder.Services.AddSingleton(time);
                builder.Services.AddSingleton(options ?? s_options);
                builder.Services.AddPersistence(builder.Configuration);
                configure?.Invoke(builder.Services);
            },
            settings:
            [
                ("ConnectionStrings:RideBooking", $"Data Source={file}"),
                ("Auth:SigningKey", new string('k', 32)),
                // Here only an expired lease ends an attempt.
                ("Limits:RequestTimeout", "01:00:00"),
            ]
        );

    void Map(WebApplication app)
    {
        foreach (
            var group in new[]
            {
                app.MapPublic("Tests"),
                app.MapGroup("/rider").MapRiders(),
                app.MapGroup("/driver").MapDrivers(),
            }
        )
        {
            group.MapPost(
                "/orders",
                async (
                    Order order,
                    IdempotentRequest request,
                    HttpResponse response,
                    CancellationToken cancellationToken
                ) =>
                {
                    var attempt = await work.Begin(request.IdFor("order"), cancellationToken);
                    response.Headers.ETag = "\"1\"";
                    return (order.Answer == Shop.AsItSays ? work.Answers[attempt - 1] : order.Answer) switch
                    {
                        0 => TypedResults.Created($"/api/v1/orders/{attempt}", new { attempt, order.Name }),
                        1 => throw new InvalidOperationException("broken"),
                        2 => throw new DbUpdateConcurrencyException("raced"),
                        204 => TypedResults.NoContent(),
                        404 => TypedResults.NotFound(),
                        400 or 422 => Problem.Of(order.Answer, "not_for_sale", $"Attempt {attempt}."),
                        409 => (IResult)Problem.Conflict("sold_out", $"Attempt {attempt}."),
                        1000 => TypedResults.Text(new string('x', 300_000)),
                        _ => TypedResults.StatusCode(order.Answer),
                    };
                }
            );
            group.MapPost("/orders/{id:guid}/ship", (Guid id, Order order) => work.Begin(id, default));
            group.MapPost("/other-orders", (Order order) => work.Begin(Guid.Empty, default));
            group.MapGet("/orders", () => work.Begin(Guid.Empty, default));
        }

        app.MapPublic("Tests")
            .MapPost(
                "/unsaved",
                (AppDbContext db) =>
                {
                    db.Add(Row(Guid.CreateVersion7(), Start));
                    return "not saved";
                }
            );
    }

    internal sealed record Order(string Name, int Answer, double? Price, string? Note, int[]? Marks);

    /// <summary>The endpoint's work: counts the attempts, and waits as the test requires.</summary>
    private protected sealed class Shop
    {
        readonly TaskCompletionSource begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
        TaskCompletionSource? gate;
        int attempts;

        /// <summary>The value for which each attempt is answered as <see cref="Answers"/> defines.</summary>
        public const int AsItSays = -1;

        public int[] Answers { get; set; } = [];

        public int Attempts => attempts;

        public List<Guid> Ids { get; } = [];

        public Task Begun => begun.Task;

        public void Hold() => gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Go() => gate?.TrySetResult();

        public async Task<int> Begin(Guid id, CancellationToken cancellationToken)
        {
            var attempt = Interlocked.Increment(ref attempts);
            lock (Ids)
                Ids.Add(id);
            begun.TrySetResult();
            if (gate is { } held && attempt == 1)
                await held.Task.WaitAsync(cancellationToken);
            return attempt;
        }
    }

    private protected static IdempotencyKey Row(Guid id, DateTimeOffset created) =>
        new()
        {
            Id = id,
            Caller = "anonymous",
            Fingerprint = "x",
            RequestId = Guid.CreateVersion7(),
            Owner = Guid.CreateVersion7(),
            LeaseUntil = created,
            CreatedAt = created,
            Status = 200,
        };

    private protected static async Task<HttpResponseMessage> Post(
        HttpApp app,
        string? key,
        string name = "tea",
        int answer = 0,
        string path = "/api/v1/orders",
        HttpClient? client = null,
        CancellationTokenSource? hangUp = null
    )
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path)
        {
            Content = HttpAnswers.Json($$"""{"name":"{{name}}","answer":{{answer}}}"""),
        };
        if (key is not null)
            request.Headers.TryAddWithoutValidation("Idempotency-Key", key);
        return await (client ?? app.Client).SendAsync(request, hangUp?.Token ?? Stop);
    }

    private protected Task<HttpResponseMessage> Post(
        string? key,
        string name = "tea",
        int answer = 0,
        string path = "/api/v1/orders"
    ) => Post(app, key, name, answer, path);

    private protected static bool IsReplay(HttpResponseMessage answer) =>
        answer.Headers.TryGetValues("Idempotency-Replayed", out var values) && values.Single() == "true";

    private protected async Task<List<IdempotencyKey>> Rows()
    {
        await using var scope = app.Services.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<AppDbContext>().Set<IdempotencyKey>().ToListAsync(Stop);
    }
}
