namespace RideBooking.Cli;

internal static class Program
{
    static Task<int> Main(string[] args) => CommandLine.Run(args, Terminal.OfThisProcess());
}
