using System.Globalization;
using MassTransit;
using Microsoft.EntityFrameworkCore;

namespace RideBooking.MassTransitOnEntityFramework;

/// <summary>Several messages change a row with the package's defaults: no concurrency token, and message retry around the outbox.</summary>
public sealed class When_messages_change_the_same_row
{
    const int Messages = 40;

    /// <summary>Each database with each kind of retry policy.</summary>
    public static TheoryData<string, bool> Policies
    {
        get
        {
            var policies = new TheoryData<string, bool>();
            foreach (var database in ConformanceServers.Databases)
            foreach (var onlyConflicts in new[] { false, true })
                policies.Add(database.Data, onlyConflicts);
            return policies;
        }
    }

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(Policies))]
    public Task Each_that_only_tracks_its_change_counts(string provider, bool onlyConflicts) =>
        EachCounts(
            provider,
            onlyConflicts,
            async (counter, office) =>
            {
                var letter = await office.Letters.SingleAsync(letter => letter.Id == counter, Stop);
                letter.Text = Next(letter.Text);
            }
        );

    [Theory, MemberData(nameof(Policies))]
    public Task Each_that_saves_its_change_counts(string provider, bool onlyConflicts) =>
        EachCounts(
            provider,
            onlyConflicts,
            async (counter, office) =>
            {
                var letter = await office.Letters.SingleAsync(letter => letter.Id == counter, Stop);
                letter.Text = Next(letter.Text);
                await office.SaveChangesAsync(Stop);
            }
        );

    [Theory, MemberData(nameof(Policies))]
    public Task Each_that_reads_untracked_and_updates_by_a_statement_counts(string provider, bool onlyConflicts) =>
        EachCounts(
            provider,
            onlyConflicts,
            async (counter, office) =>
            {
                var letters = office.Letters.Where(letter => letter.Id == counter);
                var next = Next(await letters.AsNoTracking().Select(letter => letter.Text).SingleAsync(Stop));
                await letters.ExecuteUpdateAsync(set => set.SetProperty(letter => letter.Text, next), Stop);
            }
        );

    static async Task EachCounts(string provider, bool onlyConflicts, Func<Guid, PostOffice, Task> addOne)
    {
        await using var servers = await ConformanceServers.StartAsync(Ways.OneByOne(provider));
        await using var bench = await Bench.StartAsync(
            servers,
            new()
            {
                Retries = 100,
                Retry = retry =>
                {
                    if (onlyConflicts)
                        retry.Handle<DbUpdateConcurrencyException>();
                },
            }
        );
        var counter = Guid.CreateVersion7();
        await bench.In(office =>
        {
            office.Letters.Add(new HostedEnvelope { Id = counter, Text = "0" });
            return office.SaveChangesAsync(Stop);
        });
        bench.Clerk.Files = (_, office) => addOne(counter, office);

        await Task.WhenAll(
            Enumerable.Range(0, Messages).Select(_ => bench.Publish(new FileLetter(Guid.CreateVersion7())))
        );

        await bench.IsDone("letters", Messages);
        bench.Faults<FileLetter>().ShouldBe(0);
        (await bench.TheOnly<HostedEnvelope>()).Text.ShouldBe(Messages.ToString(CultureInfo.InvariantCulture));
    }

    static string Next(string text) =>
        (int.Parse(text, CultureInfo.InvariantCulture) + 1).ToString(CultureInfo.InvariantCulture);
}
