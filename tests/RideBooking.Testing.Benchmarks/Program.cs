using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using RideBooking.Testing.Benchmarks;

// The same cases in the saga lab and on MassTransit's harness, each many times, several at once as test runners do:
//   dotnet run -c Release --project tests/RideBooking.Testing.Benchmarks -- [runs, 200 by default] [at once, 4]
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var runs = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 200;
var atOnce = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 4;
Console.WriteLine(
    $"{runs} runs of each case, {atOnce} at once, {Environment.ProcessorCount} processors. Time is the median of a run, processor time its mean; lines are those of the test.\n"
);
Console.WriteLine("| case | lab: time | processor | lines | failed | harness: time | processor | lines | failed |");
Console.WriteLine("|---|---|---|---|---|---|---|---|---|");
foreach (var test in typeof(ICases).GetMethods())
{
    var lab = await Measure(new InTheLab(), test.Name);
    var harness = await Measure(new WithTheHarness(), test.Name);
    Console.WriteLine($"| {test.Name.Replace('_', ' ')} | {lab} | {harness} |");
}

async Task<string> Measure(ICases cases, string name)
{
    var test = typeof(ICases).GetMethod(name)!.CreateDelegate<Func<Guid, Task>>(cases);
    await test(Guid.CreateVersion7()); // warms up: compilation and loading are not part of the test
    var times = new double[runs];
    var failed = 0;
    var before = Environment.CpuUsage.TotalTime;
    await Parallel.ForAsync(
        0,
        runs,
        new ParallelOptions { MaxDegreeOfParallelism = atOnce },
        async (run, _) =>
        {
            var began = Stopwatch.GetTimestamp();
            try
            {
                await test(Guid.CreateVersion7());
            }
            // Any exception counts: the program counts how often a correct machine fails its test.
            catch (Exception exception) when (exception is not OutOfMemoryException)
            {
                Interlocked.Increment(ref failed);
            }
            times[run] = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
        }
    );
    var processor = (Environment.CpuUsage.TotalTime - before).TotalMilliseconds / runs;
    Array.Sort(times);
    return $"{times[runs / 2]:0} ms | {processor:0} ms | {Lines(cases, name)} | {failed}";
}

static int Lines(ICases cases, string name)
{
    var source = File.ReadAllLines(Path.Combine(Folder(), $"{cases.GetType().Name}.cs"));
    var from = Array.FindIndex(source, line => line.Contains($" {name}(", StringComparison.Ordinal));
    return Array.FindIndex(source, from, line => line == "    }") - from - 2;
}

static string Folder([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
