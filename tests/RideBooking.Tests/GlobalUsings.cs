global using RideBooking.TestKit;
global using Shouldly;
global using Xunit;
