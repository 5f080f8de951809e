using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using RideBooking.Console.Api;
using RideBooking.Console.SignIn;

namespace RideBooking.Console.Parts;

/// <summary>A page that shows a response of the API. Its address says which, so that every view can be linked.</summary>
public abstract class ConsolePage : ComponentBase, IDisposable
{
    readonly CancellationTokenSource _left = new();
    CancellationTokenSource? _loading;
    bool _isRefreshed;

    [Inject]
    private protected ConsoleApi Api { get; set; } = default!;

    [Inject]
    private protected NavigationManager Navigation { get; set; } = default!;

    [Inject]
    private protected TimeProvider Clock { get; set; } = default!;

    /// <summary>Creates the page.</summary>
    protected ConsolePage() => Left = _left.Token;

    /// <summary>Cancelled when the operator leaves the page. Usable afterwards, because responses may still arrive.</summary>
    private protected CancellationToken Left { get; }

    /// <summary>Why the API refused the last request; null if it did not.</summary>
    private protected string? Problem { get; private set; }

    /// <summary>The outcome of the operator's last action.</summary>
    private protected string? Outcome { get; set; }

    /// <summary>Whether a response has been shown.</summary>
    private protected bool IsLoaded { get; private set; }

    /// <summary>How often the page loads again; null if it does not.</summary>
    private protected virtual TimeSpan? RefreshInterval => null;

    /// <summary>Reads what the page shows.</summary>
    private protected abstract Task Load(CancellationToken cancellationToken);

    /// <inheritdoc />
    protected override Task OnParametersSetAsync() => Reload();

    /// <inheritdoc />
    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (_isRefreshed || RefreshInterval is not { } interval)
            return;
        _isRefreshed = true;
        using var timer = new PeriodicTimer(interval, Clock);
        try
        {
            while (await timer.WaitForNextTickAsync(Left))
                // A slow response is waited for: asking again would not make it come sooner.
                if (_loading is null)
                {
                    await Reload();
                    StateHasChanged();
                }
        }
        catch (OperationCanceledException)
        {
            // The operator left the page.
        }
    }

    /// <summary>Carries out what the operator confirmed, and shows the page as it is afterwards.</summary>
    private protected async Task Act(Func<CancellationToken, Task> action)
    {
        Outcome = null;
        if (await Try(action, Left))
            await Reload();
    }

    /// <summary>Carries out a request, and shows why if the API refuses it.</summary>
    private protected async Task<bool> Try(Func<CancellationToken, Task> request, CancellationToken cancellationToken)
    {
        try
        {
            await request(cancellationToken);
            Problem = null;
            return true;
        }
        catch (ApiProblem problem) when (problem.Status == StatusCodes.Status401Unauthorized)
        {
            var here = new Uri(Navigation.Uri).PathAndQuery;
            Navigation.NavigateTo(QueryHelpers.AddQueryString("sign-in", "returnUrl", here), forceLoad: true);
            return false;
        }
        catch (ApiProblem problem)
        {
            Problem = $"{problem.Message} ({problem.Code})";
            return false;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The operator left the page, or asked for another view of it.
            return false;
        }
    }

    /// <summary>Shows the page before <see cref="Load"/> ends, for a page that goes on loading.</summary>
    private protected void ShowsAnswer()
    {
        IsLoaded = true;
        Problem = null;
        StateHasChanged();
    }

    private protected async Task Reload()
    {
        _loading?.Cancel();
        using var loading = CancellationTokenSource.CreateLinkedTokenSource(Left);
        _loading = loading;
        if (await Try(Load, loading.Token))
            IsLoaded = true;
        if (_loading == loading)
            _loading = null;
    }

    /// <summary>Shows another view of this page: with these parameters in its address.</summary>
    private protected void Show(params (string Name, object? Value)[] query) => Navigation.NavigateTo(Link(query));

    /// <summary>Returns the address of this page with these parameters changed, from the first page of the list on.</summary>
    private protected string Link(params (string Name, object? Value)[] query)
    {
        var parameters = query.ToDictionary(
            parameter => parameter.Name,
            parameter => parameter.Value is "" ? null : parameter.Value
        );
        parameters.TryAdd("cursor", null);
        return Navigation.GetUriWithQueryParameters(parameters);
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _left.Cancel();
        _left.Dispose();
        GC.SuppressFinalize(this);
    }
}
