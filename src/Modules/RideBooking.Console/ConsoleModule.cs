using MassTransit;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using MudBlazor.Services;
using RideBooking.Console.Api;
using RideBooking.Console.SignIn;
using RideBooking.Platform;
using RideBooking.Platform.Http.Limits;

namespace RideBooking.Console;

/// <summary>The operators' web console at <c>/console</c>, a client of the host's own API.</summary>
/// <remarks>
/// Its pages run on the host and call the API over HTTP with the token of the operator who signed in. So they can do what any
/// client with that token can do, and nothing else.
/// </remarks>
public sealed class ConsoleModule : IModule
{
    ConsoleOptions? _options;

    /// <inheritdoc />
    public string Name => "console";

    /// <inheritdoc />
    public string? StartPage => _options?.Enabled == true ? Session.Path : null;

    /// <inheritdoc />
    public void AddServices(IServiceCollection services, IConfiguration configuration)
    {
        _options = ConsoleOptions.Read(configuration);
        if (!_options.Enabled)
            return;
        services.AddSingleton(_options);
        services.AddSingleton<ApiConnection>();
        services.AddScoped<ConsoleApi>();
        services.AddSingleton<DevelopmentSignIn>();
        services.AddSession(_options);
        services.AddMudServices();
        services
            .AddRazorComponents()
            .AddInteractiveServerComponents(circuits =>
            {
                // A page that was closed without notice keeps its memory for this long.
                circuits.DisconnectedCircuitRetentionPeriod = TimeSpan.FromMinutes(1);
                circuits.DisconnectedCircuitMaxRetained = 20;
            });
    }

    /// <inheritdoc />
    public void AddConsumers(IBusRegistrationConfigurator bus) { }

    /// <inheritdoc />
    public void MapEndpoints(IEndpointRouteBuilder routes)
    {
        if (_options?.Enabled != true)
            return;
        var app = (IApplicationBuilder)routes;
        app.UseConsoleHeaders();
        app.UseAntiforgery();
        // A build's static files would otherwise have an endpoint for every path, for files that appear while the host runs.
        // A POST to a path that does not exist would be answered 405 because of it.
        var settings = routes.ServiceProvider.GetRequiredService<IConfiguration>();
        settings["ReloadStaticAssetsAtRuntime"] = "false";
        // The address of each file contains a hash of it, so browsers may keep it, also in Development.
        settings["EnableStaticAssetsDevelopmentCaching"] = "true";
        routes.MapStaticAssets();
        var console = routes.MapGroup(Session.Path);
        // The pages know the addresses with hashes only of files that are mapped in their own group.
        console.MapStaticAssets();
        Session.Map(console);
        DownloadAudit.Map(console);
        console
            .MapRazorComponents<App>()
            .WithStaticAssets()
            .AddInteractiveServerRenderMode(server => server.ContentSecurityFrameAncestorsPolicy = null)
            .RequireAuthorization(Session.Policy)
            .IsLiveStream();
    }
}
