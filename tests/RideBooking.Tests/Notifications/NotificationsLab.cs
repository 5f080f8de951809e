using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using RideBooking.Contracts.Seams;
using RideBooking.EventLog;
using RideBooking.Notifications;
using RideBooking.Notifications.Deliveries;
using RideBooking.Platform.Security;
using RideBooking.Tests.Operations.Alerts;

namespace RideBooking.Tests.Notifications;

/// <summary>Notifications on a database, with a mail server and a partner that a test controls, and a clock that it advances.</summary>
internal sealed class NotificationsLab : ModuleLab, IAsyncDisposable
{
    NotificationsLab()
        : base(new NotificationsModule()) { }

    public SmtpDouble Mail { get; } = new();

    /// <summary>The partner's server.</summary>
    public Receiver Partner { get; } = new();

    /// <summary>What operators did.</summary>
    public List<(string Action, string By, string Reason)> Actions { get; } = [];

    public static async Task<NotificationsLab> Open(bool email = false, params (string Key, string Value)[] settings)
    {
        var lab = new NotificationsLab();
        await lab.Start(
            services =>
            {
                services.AddSingleton<IOperatorActions>(new RecordedActions(lab.Actions));
                services.AddSingleton(provider => new ApplicationSecret(
                    provider.GetRequiredService<IConfiguration>(),
                    provider.GetRequiredService<IHostEnvironment>()
                ));
            },
            [
                ("Auth:SigningKey", new string('k', 32)),
                ("Notifications:Webhooks:AllowPrivateTargets", "true"),
                .. email
                    ? new[]
                    {
                        ("Notifications:Email:Host", "127.0.0.1"),
                        ("Notifications:Email:Port", $"{lab.Mail.Port}"),
                        ("Notifications:Email:Security", "none"),
                        ("Notifications:Email:From", "Rides <rides@example.org>"),
                    }
                    : [],
                .. settings,
            ]
        );
        return lab;
    }

    /// <summary>Makes the reader of the log of a host.</summary>
    public CreateDeliveries Creator() => ActivatorUtilities.CreateInstance<CreateDeliveries>(Services);

    /// <summary>Makes the sender of a host.</summary>
    public SendDeliveries Sender() => ActivatorUtilities.CreateInstance<SendDeliveries>(Services);

    /// <summary>Creates the deliveries of all events.</summary>
    public async Task Create(CreateDeliveries? creator = null)
    {
        creator ??= _creator ??= Creator();
        await In(async db =>
        {
            await Sequencer.CatchUp(db, Stop);
            return 0;
        });
        while (await creator.Next(Stop) == CreateDeliveries.Progress.More) { }
    }

    CreateDeliveries? _creator;

    /// <summary>Creates the deliveries of all events, and sends what is due.</summary>
    /// <returns>How many attempts that were.</returns>
    public async Task<int> Send()
    {
        await Create();
        return await Sender().SendDue(Stop);
    }

    /// <summary>Saves the profile of a rider.</summary>
    public async Task<HttpResponseMessage> Profile(string rider, string? email, string? language = null)
    {
        using var client = await App.As("rider", rider);
        return await client.PutAsJsonAsync("/api/v1/riders/me/profile", new { email, language }, Stop);
    }

    /// <summary>Creates a partner that gets these events.</summary>
    /// <returns>Its id and its secret.</returns>
    public async Task<(string Id, string Secret)> CreatePartner(params string[] eventTypes)
    {
        var answer = await Post(
            "partners",
            new
            {
                name = "Hotel",
                url = Partner.PlainUrl,
                eventTypes,
                reason = "a contract",
            }
        );
        var created = JsonNode.Parse(await answer.Content.ReadAsStringAsync(Stop))!;
        answer.StatusCode.ShouldBe(System.Net.HttpStatusCode.Created, created.ToJsonString());
        return (created["partner"]!["id"]!.ToString(), created["secret"]!.ToString());
    }

    public async Task<HttpResponseMessage> Post(string path, object body)
    {
        using var operations = await App.As("operator", "olga");
        return await operations.PostAsJsonAsync($"/api/v1/operations/{path}", body, Stop);
    }

    public async Task<JsonNode> Get(string path)
    {
        using var operations = await App.As("operator", "olga");
        return (await operations.GetFromJsonAsync<JsonNode>($"/api/v1/operations/{path}", Stop))!;
    }

    public async Task<Delivery> Delivery() => (await All<Delivery>()).ShouldHaveSingleItem();

    public new async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await Mail.DisposeAsync();
        await Partner.DisposeAsync();
    }

    sealed class RecordedActions(List<(string Action, string By, string Reason)> recorded) : IOperatorActions
    {
        public Task<Guid> Record(
            string action,
            Guid? rideId,
            string by,
            string reason,
            CancellationToken cancellationToken
        )
        {
            recorded.Add((action, by, reason));
            return Task.FromResult(Guid.CreateVersion7());
        }

        public Task Withdraw(Guid id, CancellationToken cancellationToken)
        {
            recorded.RemoveAt(recorded.Count - 1);
            return Task.CompletedTask;
        }
    }
}
