using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using FluentValidation;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using RideBooking.Platform.Http;
using RideBooking.Platform.Http.Requests;

namespace RideBooking.Tests.Platform.Http;

/// <summary>A web application with the platform's conventions and the endpoints a test maps, without mocks.</summary>
internal sealed class HttpApp : IAsyncDisposable
{
    readonly WebApplication app;

    HttpApp(WebApplication app, CapturedLog log)
    {
        this.app = app;
        Log = log.Entries;
        Client = app.GetTestClient();
    }

    public HttpClient Client { get; }

    public IServiceProvider Services => app.Services;

    public ConcurrentQueue<LogEntry> Log { get; }

    public static async Task<HttpApp> Start(
        Action<WebApplication> map,
        string environment = "Development",
        Action<WebApplicationBuilder>? configure = null,
        params (string Key, string Value)[] settings
    )
    {
        var builder = WebApplication.CreateSlimBuilder(
            new WebApplicationOptions { EnvironmentName = environment, ContentRootPath = AppContext.BaseDirectory }
        );
        builder.WebHost.UseTestServer();
        var log = new CapturedLog();
        builder.Logging.ClearProviders().AddProvider(log).AddFilter("RideBooking", LogLevel.Debug);
        foreach (var (key, value) in settings)
            builder.Configuration[key] = value;
        configure?.Invoke(builder);
        builder.AddHttpConventions();
        builder.Services.AddRequestValidators(typeof(HttpApp).Assembly);
        var app = builder.Build();
        app.UseHttpConventions();
        map(app);
        await app.StartAsync(TestContext.Current.CancellationToken);
        return new HttpApp(app, log);
    }

    /// <summary>Creates a client that is signed in with a development token.</summary>
    public async Task<HttpClient> As(string role, string? subject = null)
    {
        var answer = await Client.PostAsJsonAsync("/dev/token", new { role, subject });
        answer.EnsureSuccessStatusCode();
        var token = await answer.Content.ReadFromJsonAsync<JsonElement>();
        return WithToken(token.GetProperty("access_token").GetString()!);
    }

    public HttpClient WithToken(string token)
    {
        var client = app.GetTestClient();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return client;
    }

    public async ValueTask DisposeAsync()
    {
        await app.StopAsync();
        await app.DisposeAsync();
    }
}

internal sealed record LogEntry(string Category, LogLevel Level, string Message, Exception? Exception);

internal sealed class CapturedLog : ILoggerProvider
{
    public ConcurrentQueue<LogEntry> Entries { get; } = new();

    public ILogger CreateLogger(string categoryName) => new Logger(categoryName, Entries);

    public void Dispose() { }

    sealed class Logger(string category, ConcurrentQueue<LogEntry> entries) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter
        ) => entries.Enqueue(new LogEntry(category, logLevel, formatter(state, exception), exception));
    }
}

internal static class HttpAnswers
{
    public static StringContent Json(string text) => new(text, Encoding.UTF8, "application/json");

    public static async Task<JsonElement> Body(this HttpResponseMessage answer) =>
        JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement;

    /// <summary>Checks that the answer is a complete problem of this status and code, and returns its body.</summary>
    public static async Task<JsonElement> ShouldBeProblem(this HttpResponseMessage answer, int status, string code)
    {
        var text = await answer.Content.ReadAsStringAsync();
        ((int)answer.StatusCode).ShouldBe(status, text);
        answer.Content.Headers.ContentType?.MediaType.ShouldBe("application/problem+json", text);
        var problem = JsonDocument.Parse(text).RootElement;
        problem.GetProperty("code").GetString().ShouldBe(code, text);
        problem.GetProperty("status").GetInt32().ShouldBe(status);
        problem.GetProperty("title").GetString().ShouldNotBeNullOrWhiteSpace();
        problem.GetProperty("detail").GetString().ShouldNotBeNullOrWhiteSpace();
        problem.GetProperty("traceId").GetString().ShouldNotBeNullOrWhiteSpace();
        // No internals: no namespaces, exceptions or stack traces.
        text.ShouldNotContain("RideBooking.");
        text.ShouldNotContain("System.");
        text.ShouldNotContain("Exception");
        return problem;
    }

    /// <summary>Checks that the answer is 400 with an error for exactly these fields.</summary>
    public static async Task<JsonElement> ShouldRefuse(this HttpResponseMessage answer, params string[] fields)
    {
        var problem = await answer.ShouldBeProblem(400, "validation_failed");
        var errors = problem.GetProperty("errors");
        errors.EnumerateObject().Select(field => field.Name).ShouldBe(fields, ignoreOrder: true);
        errors.EnumerateObject().ShouldAllBe(field => field.Value.GetArrayLength() > 0);
        return problem;
    }
}
