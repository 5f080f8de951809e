using System.Text;
using RideBooking.TestKit.Api;

namespace RideBooking.Tests.Documentation;

/// <summary>docs/visibility.md and the same text in the API description, generated from the pairs that are tested.</summary>
public sealed class NextRequestsTests
{
    [Fact]
    public Task Are_those_that_are_tested() =>
        GeneratedPage.ShouldBeCurrent("docs/visibility.md", $"# {Text()}", nameof(NextRequestsTests));

    [Fact]
    public Task Are_explained_in_the_API_description() =>
        GeneratedPage.ShouldBeCurrent(
            "src/RideBooking.Platform/Http/OpenApi/NextRequests.md",
            $"## {Text()}",
            nameof(NextRequestsTests)
        );

    static string Text()
    {
        var text = new StringBuilder(
            """
            What the next request sees

            The next request of a caller sees the effects of the last one, on whichever host it arrives. You need not poll after a
            command.

            - **A command is answered when its effects can be read.** Modules learn of each other's changes by events. These commands
              wait until the events that they cause are handled: `accept`, `decline`, `start`, `complete`, `release`, `no-show`,
              `cancel`, `destination`, `end`, `balance/pay`, going on or off duty, and the operators' `force-complete`, `force-cancel`,
              `reassign`, `write-off` and `refund`. The wait takes some ten milliseconds, and up to a second at peak times.
            - **The wait has a limit**, `Messaging:VisibilityTimeout` (10 s). After that the command is answered as usual. For a minute
              after the command, the next requests of the same caller to the same host then wait for its effects: a read for as long
              as a request may take (`Limits:RequestTimeout`), a command for most of that. Location reports never wait.
            - **At peak times commands queue.** A host carries out 32 of these commands for each of its processors at a time. The others
              wait before they are carried out. An overloaded host is therefore slow, but does not deny what the caller has done.
            - **The wait ends early** when the broker is unavailable, or when a message fails on this host and has to be redelivered.
              It also ends at the limit for a consumer that has handled no message at all within it: commands do not wait for this
              consumer again until it handles an event. The command is carried out in each case. Until the events are handled, reads
              show the earlier state.
            - **A read never answers 404 for what exists.** If the wait ended early and a driver's accepted ride cannot be shown yet,
              reading and driving it answer 503 `not_yet_visible` with `Retry-After`.
            - **A refusal is checked before it is sent.** `outstanding_balance`, `receipt_not_ready` and a receipt that is still due
              wait for a payment or fare that is on its way, because the caller may have seen it elsewhere.
            - **Some reads may lag** by design: notifications, the operators' summaries and metrics. An event stream shows an event as
              soon as it is committed. The ride itself may follow some milliseconds later. If a payment gateway takes longer than the
              limit, `balance/pay` answers while the balance is `beingPaid`, and `refund` while the payment is `refunding`.

            | caller | after | the next request | sees |
            |---|---|---|---|

            """
        );
        foreach (var pair in NextRequests.All)
            text.Append($"| {pair.Caller} | `{Code(pair.Write)}` | `{pair.Next}` | {pair.Sees} |\n");
        return text.ToString();
    }

    // Descriptions of what was seen have quotes of their own.
    static string Code(string write) => write.Replace("`", "", StringComparison.Ordinal);
}
