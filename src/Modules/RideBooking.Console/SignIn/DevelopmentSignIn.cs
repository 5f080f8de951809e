using System.Net.Http.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Hosting;
using RideBooking.Console.Api;

namespace RideBooking.Console.SignIn;

/// <summary>Gets the development tokens that the API issues to everyone in Development, where no authority does.</summary>
internal sealed class DevelopmentSignIn(ConsoleOptions options, ApiConnection connection, IHostEnvironment environment)
{
    const string Role = "operator";

    public bool IsOpen => environment.IsDevelopment() && options.Authority is null;

    /// <summary>Gets an operator's token.</summary>
    /// <returns>The token, or the code of <see cref="Refusals"/> that says why the API issues none.</returns>
    public async Task<(string? Token, string? Refusal)> TokenFor(string? name, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri("api/v1/dev/token", UriKind.Relative));
        request.Content = JsonContent.Create(new { role = Role, subject = name?.Trim() });
        try
        {
            using var response = await connection.Send(request, token: null, cancellationToken);
            return response.IsSuccessStatusCode
                ? ((await response.Content.ReadFromJsonAsync<Issued>(cancellationToken))!.AccessToken, null)
                : (null, Refusals.NotAName);
        }
        catch (HttpRequestException)
        {
            return (null, Refusals.NoAnswer);
        }
    }

    sealed record Issued([property: JsonPropertyName("access_token")] string AccessToken);
}
