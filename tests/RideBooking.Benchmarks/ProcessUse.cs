using System.Globalization;

namespace RideBooking.Benchmarks;

/// <summary>
/// What we and all we have started use, by /proc: whoever descends from this process is the host, the broker or the database.
/// Names are those of programs; "driver" is this process. Empty where there is no /proc.
/// </summary>
static class ProcessUse
{
    const double MillisecondsPerTick = 10; // USER_HZ is 100 on every Linux that .NET runs on

    /// <summary>Processor time so far, in milliseconds. A process that ended is in the count of its parent.</summary>
    public static Dictionary<string, double> Processor(int hostProcessId) =>
        ByProgram(hostProcessId, process => process.Ticks * MillisecondsPerTick);

    /// <summary>
    /// Memory that is not shared with other processes, in MB. PostgreSQL's buffers, which are, are not in it.
    /// </summary>
    public static Dictionary<string, double> Memory(int hostProcessId) =>
        ByProgram(hostProcessId, process => process.Pages * Environment.SystemPageSize / 1e6);

    static Dictionary<string, double> ByProgram(int hostProcessId, Func<OneProcess, double> figure)
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
            .ToDictionary(group => group.Key, group => group.Sum(figure));
    }

    static string NameOf(OneProcess process, int hostProcessId) =>
        process.Id == Environment.ProcessId ? "driver"
        : process.Id == hostProcessId ? "host"
        : process.Name switch
        {
            "beam.smp" => "rabbitmq",
            "postgres" => "postgres",
            _ => "other", // the shells that guard the servers, Erlang's name service
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
                // Our own children that ended (initdb, rabbitmqctl) are the set-up's, not the driver's.
                fields
                    .Skip(11)
                    .Take(id == Environment.ProcessId ? 2 : 4)
                    .Sum(field => long.Parse(field, CultureInfo.InvariantCulture)),
                Unshared(id)
            );
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    // Pages: all, resident, of these shared….
    static long Unshared(int id)
    {
        var pages = File.ReadAllText($"/proc/{id}/statm").Split(' ');
        return long.Parse(pages[1], CultureInfo.InvariantCulture) - long.Parse(pages[2], CultureInfo.InvariantCulture);
    }

    sealed record OneProcess(int Id, string Name, int Parent, long Ticks, long Pages);
}
