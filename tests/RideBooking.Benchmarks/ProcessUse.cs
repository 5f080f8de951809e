using System.Globalization;

namespace RideBooking.Benchmarks;

/// <summary>
/// Reads the resource use of this process and its descendants (the host, the broker and the database) from /proc. The names
/// are those of programs; "driver" is this process. Empty without /proc.
/// </summary>
static class ProcessUse
{
    const double MillisecondsPerTick = 10; // USER_HZ is 100 on every Linux that .NET runs on

    /// <summary>Returns the processor time so far, in milliseconds. The time of ended processes is included in their parent's.</summary>
    public static Dictionary<string, double> Processor(int hostProcessId) =>
        ByProgram(hostProcessId, process => process.Ticks * MillisecondsPerTick);

    /// <summary>Divides the processor time since a measurement by a number of rides, messages or seconds.</summary>
    public static IReadOnlyDictionary<string, double> Each(
        IReadOnlyDictionary<string, double> before,
        IReadOnlyDictionary<string, double> after,
        double count
    ) =>
        after.ToDictionary(
            process => process.Key,
            process => Math.Round((process.Value - before.GetValueOrDefault(process.Key)) / count, 2)
        );

    /// <summary>
    /// Returns the private memory in MB, without shared memory such as PostgreSQL's buffers.
    /// </summary>
    public static Dictionary<string, double> Memory(int hostProcessId) =>
        ByProgram(hostProcessId, process => process.Pages * Environment.SystemPageSize / 1e6);

    static Dictionary<string, double> ByProgram(int hostProcessId, Func<OneProcess, double> select)
    {
        if (!OperatingSystem.IsLinux())
            return [];
        var processes = Directory
            .EnumerateDirectories("/proc")
            .Select(folder => int.TryParse(Path.GetFileName(folder), out var id) ? ReadOne(id) : null)
            .OfType<OneProcess>()
            .ToDictionary(process => process.Id);
        return processes
            .Values.Where(process => Descends(process, processes))
            .GroupBy(process => NameOf(process, hostProcessId))
            .ToDictionary(group => group.Key, group => group.Sum(select));
    }

    static string NameOf(OneProcess process, int hostProcessId) =>
        process.Id == Environment.ProcessId ? "driver"
        : process.Id == hostProcessId ? "host"
        : process.Name switch
        {
            "beam.smp" => "rabbitmq",
            "postgres" => "postgres",
            _ => "other", // the shells that supervise the servers, Erlang's name service
        };

    static bool Descends(OneProcess process, Dictionary<int, OneProcess> all)
    {
        for (var id = process.Id; id > 1; id = all.TryGetValue(id, out var known) ? known.Parent : 0)
            if (id == Environment.ProcessId)
                return true;
        return false;
    }

    static OneProcess? ReadOne(int id)
    {
        try
        {
            // pid (name) state ppid …, user time, system time and those of children that ended being fields 14 to 17.
            var text = File.ReadAllText($"/proc/{id}/stat");
            var (open, close) = (text.IndexOf('('), text.LastIndexOf(')'));
            var fields = text[(close + 2)..].Split(' ');
            return new(
                id,
                text[(open + 1)..close],
                int.Parse(fields[1], CultureInfo.InvariantCulture),
                // Ended child processes of the driver (initdb, rabbitmqctl) belong to the set-up, not to the driver.
                fields
                    .Skip(11)
                    .Take(id == Environment.ProcessId ? 2 : 4)
                    .Sum(field => long.Parse(field, CultureInfo.InvariantCulture)),
                Unshared(id)
            );
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    // Pages: total, resident, shared….
    static long Unshared(int id)
    {
        var pages = File.ReadAllText($"/proc/{id}/statm").Split(' ');
        return long.Parse(pages[1], CultureInfo.InvariantCulture) - long.Parse(pages[2], CultureInfo.InvariantCulture);
    }

    sealed record OneProcess(int Id, string Name, int Parent, long Ticks, long Pages);
}
