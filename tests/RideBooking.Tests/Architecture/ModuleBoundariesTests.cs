using System.CodeDom.Compiler;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using MassTransit;
using Microsoft.AspNetCore.Components;

namespace RideBooking.Tests.Architecture;

/// <summary>
/// The rules of the architecture, checked on the built assemblies, the project files and the sources. Each rule is a function
/// that lists breaches, so that the last tests can verify the rule itself.
/// </summary>
public sealed partial class ModuleBoundariesTests
{
    static readonly string Source = Path.Combine(Repository(), "src");

    // The module of the schemas is beside the others, because it is also the program that checks the schemas during the build.
    static readonly string[] Modules =
    [
        .. Directory
            .GetDirectories(Path.Combine(Source, "Modules"))
            .Select(folder => Path.GetFileName(folder)!)
            .Except(["RideBooking.Demo", "RideBooking.Console"])
            .Append("RideBooking.Schemas")
            .Order(),
    ];

    static readonly Assembly[] Assemblies =
    [
        .. Directory
            .GetFiles(AppContext.BaseDirectory, "RideBooking.*.dll")
            .Where(file => !Path.GetFileName(file).StartsWith("RideBooking.Tests", StringComparison.Ordinal))
            .Select(Assembly.LoadFrom),
    ];

    [Fact]
    public void The_modules_are_those_of_the_design() =>
        Modules.ShouldBe([
            "RideBooking.Analytics",
            "RideBooking.Billing",
            "RideBooking.Drivers",
            "RideBooking.Matching",
            "RideBooking.Notifications",
            "RideBooking.Operations",
            "RideBooking.Payments",
            "RideBooking.Rides",
            "RideBooking.Schemas",
        ]);

    [Fact]
    public void A_module_references_Contracts_Platform_and_Positions_and_no_other_project() =>
        Modules
            .SelectMany(module => Directory.GetFiles(Source, $"{module}.csproj", SearchOption.AllDirectories))
            .Append(Path.Combine(Source, "Modules", "Directory.Build.props"))
            .SelectMany(file => ForeignReferences(XDocument.Load(file)).Select(found => $"{file}: {found}"))
            .ShouldBeEmpty();

    [Fact]
    public void A_module_shows_its_module_class_and_nothing_else() =>
        Modules.SelectMany(module => Exposures(module, WrittenTypes(Named(module)))).ShouldBeEmpty();

    [Fact]
    public void A_module_opens_its_internals_to_the_tests_only() =>
        Modules
            .SelectMany(module => Named(module).GetCustomAttributes<InternalsVisibleToAttribute>())
            .Select(friend => friend.AssemblyName)
            .Distinct()
            .ShouldBe(
                ["RideBooking.TestKit", "RideBooking.Tests", "RideBooking.IntegrationTests", "RideBooking.Benchmarks"],
                ignoreOrder: true
            );

    [Fact]
    public void The_demo_knows_no_module_and_no_contract_for_it_is_a_client_of_the_API()
    {
        Named("RideBooking.Demo")
            .GetReferencedAssemblies()
            .Select(reference => reference.Name!)
            .Where(name => name.StartsWith("RideBooking.", StringComparison.Ordinal))
            .ShouldBe(["RideBooking.Platform"]);
        Exposures("RideBooking.Demo", WrittenTypes(Named("RideBooking.Demo"))).ShouldBeEmpty();
    }

    [Fact]
    public void The_console_knows_no_module_and_no_contract_for_it_is_a_client_of_the_API()
    {
        Named("RideBooking.Console")
            .GetReferencedAssemblies()
            .Select(reference => reference.Name!)
            .Where(name => name.StartsWith("RideBooking.", StringComparison.Ordinal))
            .ShouldBe(["RideBooking.Platform"]);
        // Razor makes every component public.
        WrittenTypes(Named("RideBooking.Console"))
            .Where(type => type.IsVisible && !type.IsAssignableTo(typeof(IComponent)) && type.Name != "_Imports")
            .Select(type => type.Name)
            .ShouldBe(["ConsoleModule"]);
    }

    [Fact]
    public void Contracts_stands_on_the_base_library_alone()
    {
        Dependencies(XDocument.Load(Path.Combine(Source, "RideBooking.Contracts", "RideBooking.Contracts.csproj")))
            .ShouldBeEmpty();
        Named("RideBooking.Contracts")
            .GetReferencedAssemblies()
            .Select(reference => reference.Name!)
            .Where(name => !name.StartsWith("System.", StringComparison.Ordinal))
            .ShouldBeEmpty();
    }

    [Fact]
    public void No_namespace_shadows_MassTransit() =>
        Assemblies.SelectMany(WrittenTypes).Where(type => Shadows(type.Namespace)).ShouldBeEmpty();

    [Fact]
    public void No_two_consumers_share_a_queue() => SharedNames(Assemblies.SelectMany(WrittenTypes)).ShouldBeEmpty();

    [Fact]
    public void Time_comes_from_a_TimeProvider_and_nothing_sleeps() =>
        Directory
            .EnumerateFiles(Source, "*.cs", SearchOption.AllDirectories)
            .Where(file => !BuildFolder().IsMatch(file))
            .SelectMany(file => ClockReads(File.ReadLines(file)).Select(found => $"{file}: {found}"))
            .ShouldBeEmpty();

    // The rules.

    static IEnumerable<string> ForeignReferences(XDocument project) =>
        References(project, "ProjectReference")
            .Select(path => Path.GetFileNameWithoutExtension(path.Replace('\\', '/')))
            .Except(["RideBooking.Contracts", "RideBooking.Platform", "RideBooking.Positions"]);

    static IEnumerable<string> Dependencies(XDocument project) =>
        new[] { "ProjectReference", "PackageReference", "FrameworkReference", "Reference" }.SelectMany(kind =>
            References(project, kind)
        );

    static IEnumerable<string> Exposures(string module, Type[] types)
    {
        var moduleClass = module.Split('.')[^1] + "Module";
        foreach (var type in types)
        {
            if (type.IsVisible && type.Name != moduleClass)
                yield return $"{type} is public";
            if (type is { IsClass: true, IsSealed: false, IsAbstract: false })
                yield return $"{type} is not sealed";
        }
        if (types.Length > 0 && types.Count(type => type.IsVisible && type.Name == moduleClass) != 1)
            yield return $"{module} has no one public {moduleClass}";
    }

    static bool Shadows(string? name) => $"{name}.".StartsWith("RideBooking.MassTransit.", StringComparison.Ordinal);

    /// <summary>MassTransit names a consumer's queue by its class, without namespace and without the suffix.</summary>
    static IEnumerable<string> SharedNames(IEnumerable<Type> types) =>
        types
            .Where(type => type.IsAssignableTo(typeof(IConsumer)) && !type.IsAbstract)
            .GroupBy(type => Regex.Replace(type.Name, "Consumer$", ""), StringComparer.OrdinalIgnoreCase)
            .Where(queue => queue.Count() > 1)
            .Select(queue => $"{queue.Key}: {string.Join(", ", queue)}");

    static IEnumerable<string> ClockReads(IEnumerable<string> lines) =>
        lines
            .Select(line => line.Trim())
            .Where(line => !line.StartsWith("//", StringComparison.Ordinal) && ClockRead().IsMatch(line));

    // The subjects of the rules.

    internal static string Repository()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "RideBooking.sln")))
            folder =
                folder.Parent ?? throw new DirectoryNotFoundException("The tests do not run inside the repository.");
        return folder.FullName;
    }

    static Assembly Named(string name) => Assemblies.Single(assembly => assembly.GetName().Name == name);

    static Type[] WrittenTypes(Assembly assembly) => [.. assembly.GetTypes().Where(type => !IsGenerated(type))];

    static bool IsGenerated(Type type) =>
        type.IsDefined(typeof(CompilerGeneratedAttribute))
        || type.IsDefined(typeof(GeneratedCodeAttribute))
        || (type.DeclaringType is { } outer && IsGenerated(outer));

    static IEnumerable<string> References(XDocument project, string kind) =>
        project.Descendants(kind).Select(reference => reference.Attribute("Include")?.Value).OfType<string>();

    [GeneratedRegex(@"\bDateTime(Offset)?\.(UtcNow|Now|Today)\b|\bThread\.Sleep\b")]
    private static partial Regex ClockRead();

    [GeneratedRegex(@"[\\/](bin|obj)[\\/]")]
    private static partial Regex BuildFolder();

    // The tests of the rules.

    [Fact]
    public void A_reference_to_another_module_or_to_the_host_would_be_found() =>
        ForeignReferences(
                XDocument.Parse(
                    """
                    <Project>
                      <ItemGroup>
                        <ProjectReference Include="../../RideBooking.Platform/RideBooking.Platform.csproj" />
                        <ProjectReference Include="..\RideBooking.Billing\RideBooking.Billing.csproj" />
                        <ProjectReference Include="../../RideBooking.Host/RideBooking.Host.csproj" />
                      </ItemGroup>
                    </Project>
                    """
                )
            )
            .ShouldBe(["RideBooking.Billing", "RideBooking.Host"]);

    [Fact]
    public void A_package_in_Contracts_would_be_found() =>
        Dependencies(XDocument.Parse("""<Project><PackageReference Include="MassTransit" /></Project>"""))
            .ShouldBe(["MassTransit"]);

    [Fact]
    public void A_public_or_unsealed_type_would_be_found_but_not_the_module_class()
    {
        Exposures("RideBooking.Sample", [typeof(SampleModule), typeof(Kept), typeof(Steps), typeof(Step)])
            .ShouldBeEmpty();
        Exposures("RideBooking.Sample", [typeof(SampleModule), typeof(Exposed)])
            .ShouldBe([$"{typeof(Exposed)} is public", $"{typeof(Exposed)} is not sealed"]);
        Exposures("RideBooking.Sample", [typeof(Kept)]).ShouldBe(["RideBooking.Sample has no one public SampleModule"]);
        Exposures("RideBooking.Sample", []).ShouldBeEmpty();
    }

    [Fact]
    public void A_namespace_that_shadows_would_be_found()
    {
        Shadows("RideBooking.MassTransit").ShouldBeTrue();
        Shadows("RideBooking.MassTransit.Sagas").ShouldBeTrue();
        Shadows("RideBooking.MassTransitions").ShouldBeFalse();
        Shadows("MassTransit").ShouldBeFalse();
        Shadows(null).ShouldBeFalse();
    }

    [Fact]
    public void Two_consumers_of_one_name_would_be_found() =>
        SharedNames([typeof(Rides.ChargeRide), typeof(Payments.ChargeRideConsumer), typeof(Kept)])
            .ShouldHaveSingleItem()
            .ShouldStartWith("ChargeRide: ");

    [Theory]
    [InlineData("var at = DateTime.UtcNow;", true)]
    [InlineData("var at = DateTimeOffset.Now;", true)]
    [InlineData("Thread.Sleep(100);", true)]
    [InlineData("var at = clock.GetUtcNow();", false)]
    [InlineData("    // DateTime.UtcNow would not do", false)]
    public void A_read_of_the_wall_clock_would_be_found(string line, bool found) =>
        ClockReads([line]).Any().ShouldBe(found);

    public sealed class SampleModule;

    public class Exposed;

    sealed class Kept;

    static class Steps;

    abstract class Step;

    static class Rides
    {
        internal sealed class ChargeRide : IConsumer;
    }

    static class Payments
    {
        internal sealed class ChargeRideConsumer : IConsumer;
    }
}
