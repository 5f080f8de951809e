using System.Text.Json;

namespace RideBooking.Tests.Platform.Http.OpenApi;

/// <summary>Compares every answer to a test's client with the OpenAPI document and fails the test if they differ.</summary>
public sealed class DescribedAnswers : DelegatingHandler
{
    // Every host of the suite is the same program.
    static readonly SemaphoreSlim s_turn = new(1, 1);
    static volatile ApiDocument? s_document;

    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request,
        CancellationToken cancellationToken
    )
    {
        var answer = await base.SendAsync(request, cancellationToken);
        var path = request.RequestUri!.AbsolutePath;
        if (!path.StartsWith("/api/", StringComparison.Ordinal) || request.Method == HttpMethod.Options)
            return answer;

        var document = s_document ?? await Read(request.RequestUri);
        var mediaType = answer.Content.Headers.ContentType?.MediaType;
        var body = mediaType == "text/event-stream" ? null : await answer.Content.ReadAsStringAsync(cancellationToken);
        var faults = document.Faults(request.Method, path, (int)answer.StatusCode, mediaType, body);
        if (faults.Count > 0)
            throw new UndescribedAnswerException(
                $"{request.Method} {path} answered {(int)answer.StatusCode}, which the OpenAPI document does not describe: "
                    + string.Join("; ", faults)
            );
        return answer;
    }

    async Task<ApiDocument> Read(Uri address)
    {
        await s_turn.WaitAsync();
        try
        {
            if (s_document is not null)
                return s_document;
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(address, "/openapi/v1.json"));
            var answer = await base.SendAsync(request, CancellationToken.None);
            answer.EnsureSuccessStatusCode();
            using var document = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
            return s_document = new ApiDocument(document.RootElement.Clone());
        }
        finally
        {
            s_turn.Release();
        }
    }
}

public sealed class UndescribedAnswerException(string message) : Exception(message);
